package patients

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

// Search finds patients.
type Search struct {
	Name       string `json:"name,omitempty" maxLength:"200" doc:"The beginning of family and given name"`
	Identifier string `json:"identifier,omitempty" maxLength:"200" doc:"A whole identifier, such as a medical record number"`
	Limit      int    `json:"limit,omitempty" minimum:"1" maximum:"200" default:"50"`
	Cursor     string `json:"cursor,omitempty" maxLength:"1000"`
}

type searchInput struct {
	Body Search
}

func registerSearch(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "search-patients", Path: "/patients/search", Tag: tag, Summary: "Find patients by name or identifier",
		Text: "A read by POST, so that no name or number stands in an address or a log.",
	}, d.search)
}

func (d Deps) search(ctx context.Context, in *searchInput) (*rest.Listed[care.Patient], error) {
	f := store.PatientFilter{Name: in.Body.Name, Identifier: in.Body.Identifier}
	return rest.ListOf(d.Store.ListPatients(ctx, f, store.Page{Limit: in.Body.Limit, Cursor: in.Body.Cursor}))
}
