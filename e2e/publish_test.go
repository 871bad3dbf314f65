package e2e

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
)

// staff are the two people whom it takes to put a pathway in force. Each has a token of their own.
type staff struct {
	once             sync.Once
	author, reviewer client
}

// people gives the server's staff.
func (s *server) people(t *testing.T) *staff {
	t.Helper()
	s.staff.once.Do(func() {
		s.staff.author = s.person(t, "Ada Vela", "nurse")
		s.staff.reviewer = s.person(t, "Ben Ito", "physician")
	})
	if s.staff.reviewer.token == "" {
		t.Fatal("the server's staff got no tokens")
	}
	return &s.staff
}

// person gives somebody a token, as an administrator does, and asks the server with it.
func (s *server) person(t *testing.T, name, role string) client {
	t.Helper()
	token := runs(t, 0, "token", "create", "--data", s.dir, "--name", name, "--role", role)
	return newClient(s.base, strings.TrimSpace(token))
}

// pathwayVersion is a version of a pathway, in whichever state.
type pathwayVersion struct {
	Version    int    `json:"version"`
	Status     string `json:"status"`
	Digest     string `json:"digest"`
	Definition struct {
		Pathway string `json:"pathway"`
	} `json:"definition"`
}

func (v pathwayVersion) path(step string) string {
	return fmt.Sprintf("/pathways/%s/versions/%d/%s", v.Definition.Pathway, v.Version, step)
}

// publish puts a definition in force: one person writes it and hands it in, a second one reviews and
// publishes what was handed in.
func (s *server) publish(t *testing.T, source string) pathwayVersion {
	t.Helper()
	return s.approve(t, s.handIn(t, source))
}

// handIn lets the author write a definition and submit it.
func (s *server) handIn(t *testing.T, source string) pathwayVersion {
	t.Helper()
	author := s.people(t).author
	draft := post[pathwayVersion](t, author, "/pathways", map[string]string{"source": source, "reason": "a better way"})
	return post[pathwayVersion](t, author, draft.path("submit"), map[string]string{"reason": "ready to be read", "digest": draft.Digest})
}

// approve lets the second person approve and publish what was handed in.
func (s *server) approve(t *testing.T, handedIn pathwayVersion) pathwayVersion {
	t.Helper()
	reviewer := s.people(t).reviewer
	reviewer.must(t, http.MethodPost, handedIn.path("review"), map[string]string{"decision": "approve", "reason": "read line by line", "digest": handedIn.Digest})
	published := post[pathwayVersion](t, reviewer, handedIn.path("publish"), map[string]string{"reason": "from today", "digest": handedIn.Digest})
	if published.Status != "published" || published.Digest != handedIn.Digest {
		t.Fatalf("what was handed in is now %+v", published)
	}
	return published
}
