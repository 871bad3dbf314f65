package services

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

// NewService is a community service to be added.
type NewService struct {
	Organization string   `json:"organization" minLength:"1" maxLength:"300"`
	Name         string   `json:"name" minLength:"1" maxLength:"300"`
	Needs        []string `json:"needs" nullable:"false" minItems:"1" maxItems:"50" doc:"Gravity SDOH categories that it meets"`
	Email        string   `json:"email,omitempty" format:"email" maxLength:"300" doc:"Where referrals are sent"`
	Phone        string   `json:"phone,omitempty" maxLength:"50"`
	Languages    []string `json:"languages,omitempty" maxItems:"50" doc:"BCP 47"`
	Status       string   `json:"status,omitempty" enum:"active,inactive,defunct,temporarily closed" default:"active" doc:"HSDS"`
}

type createInput struct {
	Body NewService
}

func registerCreate(a huma.API, d Deps) {
	rest.Post(a, rest.Op{ID: "create-service", Path: "/services", Tag: tag, Summary: "Add a community service", Status: http.StatusCreated}, d.create)
}

func (d Deps) create(ctx context.Context, in *createInput) (*rest.One[care.Service], error) {
	b := in.Body
	service := care.Service{
		ID: rest.EventID(ctx), Organization: b.Organization, Name: b.Name, Needs: b.Needs,
		Email: b.Email, Phone: b.Phone, Languages: b.Languages, Status: b.Status,
	}
	return rest.OneOf(service, d.Store.PutService(ctx, service))
}
