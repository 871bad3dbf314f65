// Package proof is the API that shows that no enrollment falls through: how each is held, what is
// not, and what a comparison with the running workflows finds.
package proof

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/store"
)

const tag = "proof"

// Store is what the operations read.
type Store interface {
	Proof(ctx context.Context) (store.Proof, error)
	Orphans(ctx context.Context, p store.Page) ([]store.Orphan, string, error)
}

// Reconciler compares the database with the workflows that run.
type Reconciler interface {
	Reconcile(ctx context.Context) (Reconciliation, error)
}

// Reconciliation is what a comparison found and did.
type Reconciliation struct {
	At       time.Time `json:"at"`
	Checked  int       `json:"checked" doc:"How many enrollments were compared"`
	Findings []Finding `json:"findings" nullable:"false"`
}

// Finding is one enrollment that was not as it should be.
type Finding struct {
	EnrollmentID care.ID `json:"enrollment_id"`
	Kind         string  `json:"kind" enum:"workflow_missing,behind,clock_late,unheld" doc:"What was wrong"`
	Done         string  `json:"done" enum:"repaired,raised" doc:"What was done about it"`
	Detail       string  `json:"detail,omitempty"`
}

// Deps are what the operations work with.
type Deps struct {
	Store      Store
	Reconciler Reconciler
}

// Register adds the operations.
func Register(a huma.API, d Deps) {
	registerShow(a, d)
	registerOrphans(a, d)
	registerReconcile(a, d)
}

func registerShow(a huma.API, d Deps) {
	rest.Get(a, rest.Op{
		ID: "get-proof", Path: "/proof", Tag: tag, Summary: "Prove that every enrollment is held",
		Text: "For every enrollment that has not ended: an armed clock, an owned open item, or a partner's answer with a deadline. What nothing holds is listed.",
	}, d.show)
}

func (d Deps) show(ctx context.Context, _ *struct{}) (*rest.One[store.Proof], error) {
	return rest.OneOf(d.Store.Proof(ctx))
}
