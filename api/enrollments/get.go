package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

func registerGet(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "get-enrollment", Path: "/enrollments/{id}", Tag: tag, Summary: "Show an enrollment",
		Text: "With its steps and clocks, what holds it, and what happens next if nobody acts.",
	}, d.get)
}

func (d Deps) get(ctx context.Context, in *rest.ByID) (*rest.One[EnrollmentDetail], error) {
	return rest.OneOf(Read(ctx, d.Store, in.ID))
}
