package patients

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "get-patient", Path: "/patients/{id}", Tag: tag, Summary: "Show a patient",
		Text: "One who was merged is shown as they are, with merged_into. The ETag is what an edit gives as If-Match.",
	}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*patientOutput, error) {
	return d.read(ctx, in.ID)
}
