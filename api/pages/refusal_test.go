package pages_test

import (
	"net/http"
	"testing"

	"throughline/api"
	"throughline/api/apitest"
)

// Behind a proxy that is not known, all patients and partners share one allowance. Who finds it used
// up reads a page, and the proxy's word for who they are gives them their own.
func TestWhoIsTooManyIsToldOnAPage(t *testing.T) {
	few := api.Limits{PerSecond: 1000, Burst: 1000, StrangersPerSecond: 0.001, StrangersBurst: 1}
	s := apitest.New(t, func(c *api.Config) { c.Limits, c.TrustedProxies = few, []string{"127.0.0.1"} })
	enrollment, questions := s.Asked()
	_, link := s.Referred(enrollment)
	s.Stranger(http.MethodGet, questions, nil).Is(http.StatusOK)

	page := s.Stranger(http.MethodGet, questions, nil, "Accept-Language", "es-MX,es;q=0.9").Is(http.StatusTooManyRequests)
	contains(t, page, "Por favor, inténtelo de nuevo en un minuto", "911", `lang="es"`, "<main")
	lacks(t, page, "Maria", "Rivera")
	for header, want := range map[string]string{"Content-Type": "text/html; charset=utf-8", "Referrer-Policy": "no-referrer"} {
		if got := page.Header.Get(header); got != want {
			t.Errorf("%s is %q", header, got)
		}
	}
	if page.Header.Get("Retry-After") == "" {
		t.Error("nobody says how long to wait")
	}
	contains(t, s.Stranger(http.MethodPost, questions+"?lang=en", "x=1", "Accept-Language", "es").Is(http.StatusTooManyRequests), "go back to them and send them again")
	contains(t, s.Stranger(http.MethodGet, link, nil).Is(http.StatusTooManyRequests), "Please try again in a minute", "Test Hospital")

	s.Stranger(http.MethodGet, questions, nil, "X-Forwarded-For", "198.51.100.7").Is(http.StatusOK)
	s.Stranger(http.MethodGet, questions, nil, "X-Forwarded-For", "198.51.100.8").Is(http.StatusOK)
	s.Stranger(http.MethodGet, questions, nil, "X-Forwarded-For", "198.51.100.7").Is(http.StatusTooManyRequests)
}
