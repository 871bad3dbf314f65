package api_test

import (
	"context"
	"net/http"
	"strings"
	"testing"

	"throughline/api"
	"throughline/api/apitest"
	"throughline/api/operations"
)

func TestAPanicIsAnInternalErrorWithoutItsCause(t *testing.T) {
	s := apitest.New(t, func(c *api.Config) {
		c.Parts = func(context.Context) []operations.Part { panic("Rivera") }
	})
	got := s.Stranger(http.MethodGet, "/readyz", nil).Is(http.StatusInternalServerError)
	if id := got.Header.Get("X-Request-ID"); !strings.Contains(string(got.Body), "Internal error") || !strings.Contains(string(got.Body), id) {
		t.Errorf("%s", got.Body)
	}
	if strings.Contains(string(got.Body)+s.Log.String(), "Rivera") || !strings.Contains(s.Log.String(), "a handler panicked") {
		t.Errorf("%s", s.Log)
	}
	s.Stranger(http.MethodGet, "/healthz", nil).Is(http.StatusOK)
}
