package rest_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"throughline/api/rest"
	"throughline/care"
)

func TestEveryCodeHasItsStatus(t *testing.T) {
	ctx := rest.With(t.Context(), &rest.Request{ID: "r1"})
	for name, c := range map[string]struct {
		err    error
		status int
		code   string
		detail string
	}{
		"invalid":     {care.Errorf(care.Invalid, "no"), http.StatusUnprocessableEntity, "invalid", "no"},
		"not found":   {care.Errorf(care.NotFound, "no"), http.StatusNotFound, "not_found", "no"},
		"conflict":    {care.Errorf(care.Conflict, "no"), http.StatusConflict, "conflict", "no"},
		"forbidden":   {care.Errorf(care.Forbidden, "no"), http.StatusForbidden, "forbidden", "no"},
		"unavailable": {care.Errorf(care.Unavailable, "no"), http.StatusServiceUnavailable, "unavailable", "no"},
		"wrapped":     {fmt.Errorf("reading: %w", care.Errorf(care.NotFound, "no")), http.StatusNotFound, "not_found", "no"},
		"internal":    {care.Errorf(care.Internal, "Rivera"), http.StatusInternalServerError, "internal", "Internal error. The logs tell more under the request r1."},
		"any other":   {errors.New("Rivera"), http.StatusInternalServerError, "internal", "Internal error. The logs tell more under the request r1."},
		"our own":     {rest.NewProblem(ctx, http.StatusPreconditionFailed, "no"), http.StatusPreconditionFailed, "precondition_failed", "no"},
	} {
		p := rest.ProblemOf(ctx, c.err)
		if p.Status != c.status || p.Code != c.code || p.Detail != c.detail || p.RequestID != "r1" {
			t.Errorf("%s: %+v", name, p)
		}
		if rest.From(ctx).Failure == nil {
			t.Errorf("%s: the log will not know", name)
		}
	}
}

func TestARefusalNamesRuleAndPlace(t *testing.T) {
	p := rest.ProblemOf(t.Context(), care.Errorf(care.Conflict, "no").At("until").By("clock.move"))
	if p.Rule != "clock.move" || len(p.Errors) != 1 || p.Errors[0].Location != "body.until" {
		t.Errorf("%+v", p)
	}
}

func TestIfMatch(t *testing.T) {
	present := rest.ETag(map[string]int{"a": 1})
	for given, refused := range map[string]bool{"": false, "*": false, present: false, `"x", ` + present: false, `"x"`: true, `W/` + present: true} {
		err := rest.IfMatch{IfMatch: given}.Refuse(t.Context(), present, "yesterday")
		if (err != nil) != refused {
			t.Errorf("%q: %v", given, err)
		}
	}
}

func TestAnEventOfAKeyIsAlwaysTheSame(t *testing.T) {
	one := rest.With(t.Context(), &rest.Request{Key: "k"})
	first, again := rest.EventID(one), rest.EventID(one)
	if first != again {
		t.Error("the same command has two identities")
	}
	first, again = rest.EventID(t.Context()), rest.EventID(t.Context())
	if first == again {
		t.Error("two commands have one identity")
	}
}
