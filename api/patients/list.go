package patients

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

func registerList(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "list-patients", Path: "/patients", Tag: tag, Summary: "List patients by name",
		Text: "Those who were merged into another are left out. To find somebody, search: a name has no place in an address.",
	}, d.list)
}

func (d Deps) list(ctx context.Context, in *rest.Page) (*rest.Listed[care.Patient], error) {
	return rest.ListOf(d.Store.ListPatients(ctx, store.PatientFilter{}, in.Store()))
}
