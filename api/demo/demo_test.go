package demo_test

import (
	"net/http"
	"testing"

	"throughline/api"
	"throughline/api/apitest"
)

const path = "/api/v1/demo/clock"

func TestTimeIsSkipped(t *testing.T) {
	s := apitest.New(t)
	for skip, hours := range map[string]float64{"2 days": 48, "3 hours": 3, "1 week": 168, "60 minutes": 1} {
		before := s.Clock.Now()
		s.Post(path, map[string]string{"advance": skip}).Is(http.StatusOK)
		if got := s.Clock.Now().Sub(before); got.Hours() != hours {
			t.Errorf("%s skipped %s", skip, got)
		}
	}
	for _, wrong := range []string{"", "soon", "-1 days", "0 days", "2 business days", "end of day", "400 days", "1 month"} {
		s.Post(path, map[string]string{"advance": wrong}).Is(http.StatusUnprocessableEntity)
	}
	var shown struct{ Offset string }
	s.Get(path).Is(http.StatusOK).Into(&shown)
	if shown.Offset != "PT0H0M0S" {
		t.Errorf("%+v", shown)
	}
}

func TestOutsideOfADemonstrationItIsRefused(t *testing.T) {
	s := apitest.New(t, func(c *api.Config) { c.Clock = nil })
	if rule := s.Post(path, map[string]string{"advance": "2 days"}).Is(http.StatusForbidden).Rule(); rule != "demo.only" {
		t.Errorf("refused by %q", rule)
	}
	s.Get(path).Is(http.StatusForbidden)
}
