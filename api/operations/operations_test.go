package operations_test

import (
	"context"
	"net/http"
	"testing"

	"throughline/api"
	"throughline/api/apitest"
	"throughline/api/operations"
)

func TestAliveButNotReady(t *testing.T) {
	s := apitest.New(t, func(c *api.Config) {
		c.Parts = func(context.Context) []operations.Part {
			return []operations.Part{{Name: "PostgreSQL", Ready: true}, {Name: "Temporal", Detail: "starting"}}
		}
	})
	s.Stranger(http.MethodGet, "/healthz", nil).Is(http.StatusOK)
	var ready operations.Readiness
	s.Stranger(http.MethodGet, "/readyz", nil).Is(http.StatusServiceUnavailable).Into(&ready)
	if ready.Ready || len(ready.Parts) != 2 || ready.Parts[1].Detail != "starting" {
		t.Errorf("%+v", ready)
	}
}
