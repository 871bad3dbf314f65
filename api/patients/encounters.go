package patients

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
)

func registerEncounters(a huma.API, d Deps) {
	rest.Get(a, rest.Op{ID: "list-encounters", Path: "/patients/{id}/encounters", Tag: tag, Summary: "List a patient's stays, each as all messages about it together tell it"}, d.encounters)
}

func (d Deps) encounters(ctx context.Context, in *rest.ByID) (*rest.Listed[care.Encounter], error) {
	if _, err := d.Store.Patient(ctx, in.ID); err != nil {
		return nil, err
	}
	all, err := d.Store.Encounters(ctx, in.ID)
	return rest.ListOf(all, "", err)
}
