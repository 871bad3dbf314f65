package proof_test

import (
	"net/http"
	"testing"

	"throughline/api/apitest"
	"throughline/store"
)

func TestProof(t *testing.T) {
	s := apitest.New(t)
	s.Enrolled()
	s.Enrolled()
	var p store.Proof
	s.Get("/api/v1/proof").Is(http.StatusOK).Into(&p)
	if p.Enrolled != 2 || p.ByClock != 2 || p.ByItem != 2 || p.Unheld != 0 || len(p.UnheldList) != 0 {
		t.Errorf("%+v", p)
	}
	if got := string(s.Get("/api/v1/proof/orphans").Is(http.StatusOK).Body); got != "{\"items\":[]}\n" {
		t.Errorf("%q", got)
	}
	var found struct {
		Checked  int
		Findings []any
	}
	s.Post("/api/v1/proof/reconcile", nil).Is(http.StatusOK).Into(&found)
	if found.Checked != 1 || found.Findings == nil {
		t.Errorf("%+v", found)
	}
}
