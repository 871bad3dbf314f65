package patients

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

func registerConsents(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-consents", Path: "/patients/{id}/consents", Tag: tag, Summary: "List what a patient agreed to share, by purpose, the latest first"}, d.consents)
}

func (d Deps) consents(ctx context.Context, in *rest.ByID) (*rest.Listed[care.Consent], error) {
	if _, err := d.Store.Patient(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := d.Store.Consents(ctx, in.ID)
	return rest.ListOf(all, "", err)
}
