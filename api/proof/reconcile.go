package proof

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
)

func registerReconcile(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "reconcile", Path: "/proof/reconcile", Tag: tag, Summary: "Compare the database with the running workflows now",
		Text: "It runs on a schedule too. What can be repaired is; the rest is raised to a person.",
	}, d.reconcile)
}

func (d Deps) reconcile(ctx context.Context, _ *struct{}) (*rest.One[Reconciliation], error) {
	found, err := d.Reconciler.Reconcile(ctx)
	if found.Findings == nil {
		found.Findings = []Finding{}
	}
	return rest.OneOf(found, err)
}
