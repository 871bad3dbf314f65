package roles

import (
	"context"
	"net/http"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/store"
)

// RoleAddress is where a role's mail goes.
type RoleAddress struct {
	Email string `json:"email" maxLength:"300" doc:"Its address; empty: none" example:"coordinators@hospital.example"`
}

type putInput struct {
	rest.IfMatch
	Role string `path:"role" maxLength:"100" pattern:"^[a-z][a-z0-9_-]*$"`
	Body RoleAddress
}

type putOutput struct {
	ETag string `header:"ETag"` //nolint:tagliatelle // HTTP's word
	Body store.Role
}

func registerPut(a huma.API, d Deps) {
	rest.Change(a, http.MethodPut, rest.Op{
		ID: "put-role", Path: "/roles/{role}", Tag: tag, Summary: "Set where a role's mail goes",
		Text: "The answer's ETag is what a later edit gives as If-Match.",
	}, d.put)
}

func (d Deps) put(ctx context.Context, in *putInput) (*putOutput, error) {
	if err := checkAddress(in.Body.Email); err != nil {
		return nil, err
	}
	present, err := d.Store.RoleEmail(ctx, in.Role)
	if err != nil {
		return nil, err
	}
	before := store.Role{Role: in.Role, Email: present}
	if err := in.Refuse(ctx, rest.ETag(before), "somebody gave the role another address"); err != nil {
		return nil, err
	}
	role := store.Role{Role: in.Role, Email: in.Body.Email}
	if err := d.Store.PutRole(ctx, role); err != nil {
		return nil, err
	}
	return &putOutput{ETag: rest.ETag(role), Body: role}, nil
}
