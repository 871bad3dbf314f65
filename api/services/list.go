package services

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

type listInput struct {
	rest.Page
	Need   string `query:"need" maxLength:"100" doc:"A Gravity SDOH category that it meets"`
	Status string `query:"status" enum:"active,inactive,defunct,temporarily closed"`
	Q      string `query:"q" maxLength:"200" doc:"The beginning of its organization and name"`
}

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-services", Path: "/services", Tag: tag, Summary: "List community services by organization and name"}, d.list)
}

func (d Deps) list(ctx context.Context, in *listInput) (*rest.Listed[care.Service], error) {
	return rest.ListOf(d.Store.ListServices(ctx, store.ServiceFilter{Need: in.Need, Status: in.Status, Name: in.Q}, in.Store()))
}
