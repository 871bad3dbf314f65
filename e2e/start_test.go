package e2e

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
	"testing"
	"time"
)

// A first start says what it is doing until it is ready; a second one on the same data is quick.
func TestStart(t *testing.T) {
	s := start(t, options{})
	t.Logf("the first start took %s and said %q", s.took, s.said)
	if len(s.said) == 0 {
		t.Error("the first start answered nothing until it was ready")
	}
	for _, doing := range s.said {
		if !strings.HasPrefix(doing, "Throughline is still starting: ") || len(doing) < len("Throughline is still starting: .")+3 {
			t.Errorf("this does not say what it is doing: %q", doing)
		}
	}
	s.restart(t)
	t.Logf("the second start took %s", s.took)
	if limit := 10 * time.Second; s.took > limit {
		t.Errorf("the second start took %s, more than %s", s.took, limit)
	}
	t.Run("a second server", func(t *testing.T) { refusesSecond(t, s) })
}

// refusesSecond tests that no second server begins on the same data, nor on the same port.
func refusesSecond(t *testing.T, s *server) {
	other, err := freeAddress(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct{ data, listen, says string }{
		"same data": {s.dir, other, "is in use by another throughline process"},
		"same port": {t.TempDir(), s.address, "listening on " + s.address},
	} {
		t.Run(name, func(t *testing.T) {
			cmd, err := command(t.Context(), "serve", "--data", test.data, "--listen", test.listen)
			if err != nil {
				t.Fatal(err)
			}
			var out bytes.Buffer
			cmd.Stdout, cmd.Stderr = &out, &out
			if err := cmd.Run(); err == nil {
				t.Fatal("it served")
			}
			if code := cmd.ProcessState.ExitCode(); code != 2 {
				t.Errorf("it exited with %d, want 2", code)
			}
			lines := strings.Split(strings.TrimSpace(out.String()), "\n")
			if last := lines[len(lines)-1]; !strings.HasPrefix(last, "throughline: ") || !strings.Contains(last, test.says) {
				t.Errorf("its last words are %q; want them to say %q", last, test.says)
			}
		})
	}
	if status, _ := s.readiness(t.Context()); status != http.StatusOK {
		t.Errorf("the first server took harm: %d", status)
	}
}

// Nothing is open but what has to be.
func TestEveryRouteNeedsAToken(t *testing.T) {
	s := shared(t)
	anonymous := newClient(s.base, "")
	wrong := newClient(s.base, strings.Repeat("x", len(s.token)))
	open := map[string]bool{"/healthz": true, "/readyz": true, "/r/{token}": true}
	routes := routesOf(t, s.client)
	if len(routes) < 40 {
		t.Fatalf("the API's description names %d operations only", len(routes))
	}
	t.Logf("%d operations", len(routes))
	for _, r := range append(routes, route{"GET", "/"}, route{"GET", "/metrics"}, route{"GET", "/api/docs"}, route{"GET", "/api/openapi.json"}, route{"GET", "/r/{token}"}, route{"POST", "/r/{token}"}) {
		path := strings.NewReplacer("{", "", "}", "").Replace(r.path)
		for name, c := range map[string]client{"no token": anonymous, "a wrong token": wrong} {
			a := patiently(t, c, r.method, path)
			if refused := a.status == http.StatusUnauthorized; refused == open[r.path] {
				t.Errorf("%s %s with %s: %d", r.method, r.path, name, a.status)
			}
		}
	}
}

// patiently asks again where strangers may not ask so often.
func patiently(t *testing.T, c client, method, path string) (a answer) {
	t.Helper()
	await(t, "the server answers a stranger", func() (bool, string) {
		var err error
		if a, err = c.ask(t.Context(), method, path, "application/json", []byte("{}")); err != nil {
			t.Fatal(err)
		}
		return a.status != http.StatusTooManyRequests, a.String()
	})
	return a
}

type route struct{ method, path string }

// routesOf reads the API's own description.
func routesOf(t *testing.T, c client) []route {
	t.Helper()
	a, err := c.ask(t.Context(), http.MethodGet, "/api/openapi.json", "", nil)
	if err != nil {
		t.Fatal(err)
	}
	var described struct {
		Servers []struct{ URL string }
		Paths   map[string]map[string]json.RawMessage
	}
	if err := json.Unmarshal(a.body, &described); err != nil {
		t.Fatalf("reading the API's description: %v\n%.200s", err, a.body)
	}
	var all []route
	for path, operations := range described.Paths {
		for method := range operations {
			all = append(all, route{strings.ToUpper(method), path})
		}
	}
	return all
}
