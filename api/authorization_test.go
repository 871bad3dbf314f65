package api_test

import (
	"net/http"
	"strings"
	"testing"

	"throughline/api"
	"throughline/api/apitest"
)

// open are the operations that need no sign-in.
var open = map[string]bool{"/healthz": true, "/readyz": true}

// TestNothingIsOpen asks for every operation of the document without a token and with wrong ones.
func TestNothingIsOpen(t *testing.T) {
	s := apitest.New(t, func(c *api.Config) {
		c.Limits = api.Limits{PerSecond: 1, Burst: 1, StrangersPerSecond: 1, StrangersBurst: 10_000}
	})
	credentials := map[string][]string{
		"none":               nil,
		"a wrong token":      {"Authorization", "Bearer wrong"},
		"an empty token":     {"Authorization", "Bearer "},
		"another scheme":     {"Authorization", "Basic " + apitest.Token},
		"the bare token":     {"Authorization", apitest.Token},
		"a made-up session":  {"Cookie", "throughline_session=AAAA"},
		"the token as query": {"X-Token", apitest.Token},
	}
	asked := 0
	for path, methods := range read(t).Paths {
		address := strings.NewReplacer("{", "", "}", "").Replace(path)
		for method := range methods {
			for name, header := range credentials {
				got := s.Stranger(strings.ToUpper(method), address, "{}", header...)
				want := http.StatusUnauthorized
				if open[path] {
					want = http.StatusOK
				}
				if got.Status != want {
					t.Errorf("%s %s with %s: %d", method, path, name, got.Status)
				}
				asked++
			}
		}
	}
	if asked < 400 {
		t.Errorf("only %d questions asked", asked)
	}
}

func TestNothingBesideTheAPIIsOpen(t *testing.T) {
	s := apitest.New(t)
	for _, path := range []string{"/", "/mailbox", "/mailbox/x", "/api/docs", "/api/openapi.json", "/metrics", "/nothing", "/api/v1/nothing", "/r", "/healthz/x"} {
		if got := s.Stranger(http.MethodGet, path, nil); got.Status != http.StatusUnauthorized {
			t.Errorf("%s: %d", path, got.Status)
		}
	}
}

func TestAStrangerIsTooManyAfterAWhile(t *testing.T) {
	s := apitest.New(t, func(c *api.Config) {
		c.Limits = api.Limits{PerSecond: 100, Burst: 100, StrangersPerSecond: 1, StrangersBurst: 50}
	})
	var last *apitest.Answer
	for range 60 {
		last = s.Stranger(http.MethodGet, "/api/v1/tasks", nil, "Authorization", "Bearer guess")
		if last.Status != http.StatusUnauthorized {
			break
		}
	}
	last.Is(http.StatusTooManyRequests)
	if last.Header.Get("Retry-After") == "" {
		t.Error("nobody says how long to wait")
	}
	s.Get("/api/v1/tasks").Is(http.StatusOK) // who has signed in is not held up by strangers
}
