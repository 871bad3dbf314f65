package store_test

import (
	"context"
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"throughline/care"
	"throughline/pathways"
	"throughline/store"
	"throughline/store/storetest"
)

var (
	ada = care.Actor{Kind: care.Person, ID: "ada-vela", Role: "nurse"}
	ben = care.Actor{Kind: care.Person, ID: "ben-ito", Role: "physician"}
)

func anyContent(store.StoredDefinition) error { return nil }

func draftOf(version int, title string) store.Draft {
	d := definition(version, "encounter.discharged", title)
	return store.Draft{Definition: d, Source: []byte("# " + title), Reason: "because of " + title}
}

// life takes versions through their lives, and must not be refused.
type life struct {
	t *testing.T
	s *store.Store
}

func (l life) draft(actor care.Actor, d store.Draft) store.StoredDefinition {
	l.t.Helper()
	kept, err := l.s.CreateDraft(l.t.Context(), actor, d)
	if err != nil {
		l.t.Fatal(err)
	}
	return kept
}

func (l life) move(actor care.Actor, version int, kind string) error {
	_, err := l.s.MoveDefinition(l.t.Context(), actor, "tcm", version, store.LifeStep{Kind: kind, Reason: "why " + kind, Comment: "and more"})
	return err
}

func (l life) must(err error) {
	l.t.Helper()
	if err != nil {
		l.t.Fatal(err)
	}
}

func TestALifeInOrderIsRecorded(t *testing.T) {
	l := life{t, storetest.New(t)}
	kept := l.draft(ada, draftOf(1, "one"))
	if kept.Status != store.DefinitionDraft || kept.Origin != store.OriginOrganization || kept.ChangedBy != ada {
		t.Fatalf("%+v", kept)
	}
	saved, err := l.s.SaveDraft(t.Context(), ada, draftOf(1, "better"), anyContent)
	l.must(err)
	if saved.Definition.Title != "better" || saved.Digest == kept.Digest {
		t.Fatalf("%+v", saved)
	}
	_, err = l.s.SaveDraft(t.Context(), ada, draftOf(1, "better"), anyContent) // the same again is no change
	l.must(err)
	l.must(l.move(ada, 1, store.ChangeSubmitted))
	l.must(l.move(ben, 1, store.ChangeApproved))
	l.must(l.move(ben, 1, store.ChangePublished))
	l.must(l.move(ben, 1, store.ChangePublished)) // a retry changes nothing
	l.must(l.move(ada, 1, store.ChangeRetired))

	var got [][4]string
	page := store.Page{Limit: 2}
	for {
		changes, next, err := l.s.DefinitionChanges(t.Context(), "tcm", 1, page)
		l.must(err)
		for _, c := range changes {
			got = append(got, [4]string{c.Kind, c.Actor.ID, c.Reason, c.Comment})
		}
		if next == "" {
			break
		}
		page.Cursor = next
	}
	want := [][4]string{
		{"retired", "ada-vela", "why retired", "and more"},
		{"published", "ben-ito", "why published", "and more"},
		{"approved", "ben-ito", "why approved", "and more"},
		{"submitted", "ada-vela", "why submitted", "and more"},
		{"saved", "ada-vela", "because of better", ""},
		{"created", "ada-vela", "because of one", ""},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestASecondPersonReviews(t *testing.T) {
	l := life{t, storetest.New(t)}
	l.draft(ada, draftOf(1, "one"))
	_, err := l.s.SaveDraft(t.Context(), ben, draftOf(1, "two"), anyContent)
	l.must(err)
	l.must(l.move(care.Actor{Kind: care.Person, ID: "cleo"}, 1, store.ChangeSubmitted))
	for _, author := range []care.Actor{ada, ben, {Kind: care.Person, ID: "cleo"}, {Kind: care.Person, ID: "ada-vela", Role: "another role"}} {
		refused(t, l.move(author, 1, store.ChangeApproved), care.Forbidden, store.RuleSecondPerson)
	}
	l.must(l.move(care.Actor{Kind: care.Person, ID: "dora"}, 1, store.ChangeApproved))
}

func TestWhatIsNotInOrderIsRefused(t *testing.T) {
	l := life{t, storetest.New(t)}
	l.draft(ada, draftOf(1, "one"))
	_, err := l.s.CreateDraft(t.Context(), ben, draftOf(1, "other"))
	refused(t, err, care.Conflict, store.RuleVersionTaken)
	for _, kind := range []string{store.ChangeApproved, store.ChangePublished, store.ChangeRetired} {
		refused(t, l.move(ben, 1, kind), care.Conflict, store.RuleVersionStatus)
	}
	refused(t, l.move(ben, 1, "burned"), care.Invalid, "")
	refused(t, l.move(ben, 7, store.ChangeSubmitted), care.NotFound, "")

	l.must(l.move(ada, 1, store.ChangeSubmitted))
	_, err = l.s.SaveDraft(t.Context(), ada, draftOf(1, "late"), anyContent)
	refused(t, err, care.Conflict, store.RuleVersionStatus)
	refused(t, l.move(ben, 1, store.ChangePublished), care.Conflict, store.RuleVersionStatus)

	_, err = l.s.MoveDefinition(t.Context(), ben, "tcm", 1, store.LifeStep{Kind: store.ChangeApproved, Digest: "sha256:other"})
	refused(t, err, care.Conflict, store.RuleReviewedContent)

	// An approval is of a content: what is returned and changed has to be reviewed again.
	l.must(l.move(ben, 1, store.ChangeApproved))
	l.must(l.move(ada, 1, store.ChangeReturned))
	_, err = l.s.SaveDraft(t.Context(), ada, draftOf(1, "late"), anyContent)
	l.must(err)
	refused(t, l.move(ben, 1, store.ChangePublished), care.Conflict, store.RuleVersionStatus)
}

func TestAnEditSaysWhatItIsBasedOn(t *testing.T) {
	l := life{t, storetest.New(t)}
	l.draft(ada, draftOf(1, "one"))
	stale := errors.New("changed meanwhile")
	_, err := l.s.SaveDraft(t.Context(), ben, draftOf(1, "two"), func(present store.StoredDefinition) error {
		if string(present.Source) != "# one" {
			t.Errorf("asked about %q", present.Source)
		}
		return stale
	})
	if !errors.Is(err, stale) {
		t.Errorf("got %v", err)
	}
	kept, err := l.s.Definition(t.Context(), "tcm", 1)
	if err != nil || string(kept.Source) != "# one" {
		t.Errorf("%q, %v", kept.Source, err)
	}
}

// TestAnUpgradeReplacesNothing: an empty installation publishes what ships; later programs only
// offer it.
func TestAnUpgradeReplacesNothing(t *testing.T) {
	l := life{t, storetest.New(t)}
	ctx := t.Context()
	ship := func(titles ...string) {
		t.Helper()
		var all []store.Shipped
		for i, title := range titles {
			all = append(all, store.Shipped{Definition: definition(i+1, "encounter.discharged", title), Source: []byte("# " + title)})
		}
		l.must(l.s.KeepLibrary(ctx, all))
	}
	inForce := func() (version int, title string) {
		t.Helper()
		d, err := l.s.Definition(ctx, "tcm", 0)
		l.must(err)
		return d.Definition.Version, d.Definition.Title
	}
	ship("one")
	ship("one") // started again
	if v, title := inForce(); v != 1 || title != "one" {
		t.Fatalf("version %d, %s", v, title)
	}
	changes, _, err := l.s.DefinitionChanges(ctx, "tcm", 0, store.Page{})
	if err != nil || len(changes) != 1 || changes[0].Kind != store.ChangePublished || changes[0].Actor.Kind != care.System {
		t.Fatalf("%+v, %v", changes, err)
	}

	ship("one, mended", "two")
	if v, title := inForce(); v != 1 || title != "one" {
		t.Errorf("an upgrade put version %d, %s in force", v, title)
	}
	offered := func() (titles []string) {
		t.Helper()
		all, err := l.s.LibraryVersions(ctx)
		l.must(err)
		for _, v := range all {
			if !v.TakenUp {
				titles = append(titles, v.Definition.Title)
			}
		}
		return titles
	}
	if diff := cmp.Diff([]string{"one, mended", "two"}, offered()); diff != "" {
		t.Error(diff)
	}

	latest, err := l.s.LibraryVersion(ctx, "tcm")
	if err != nil || latest.Definition.Title != "two" || string(latest.Source) != "# two" || latest.TakenUp {
		t.Fatalf("%+v, %v", latest, err)
	}
	ref := latest.Ref()
	own := draftOf(2, "two, ours")
	own.BasedOn = &ref
	if kept := l.draft(ada, own); kept.BasedOn == nil || *kept.BasedOn != ref {
		t.Errorf("based on %+v", kept.BasedOn)
	}
	if diff := cmp.Diff([]string{"one, mended"}, offered()); diff != "" {
		t.Error(diff)
	}
	if _, err := l.s.LibraryVersion(ctx, "none"); care.CodeOf(err) != care.NotFound {
		t.Errorf("got %v", err)
	}
}

// TestNewPathwaysWaitForAPerson: a pathway that an upgrade brings starts nobody by itself.
func TestNewPathwaysWaitForAPerson(t *testing.T) {
	l := life{t, storetest.New(t)}
	l.draft(ada, draftOf(1, "ours"))
	other := definition(1, "encounter.discharged", "new")
	other.Pathway = "another"
	l.must(l.s.KeepLibrary(t.Context(), []store.Shipped{{Definition: other, Source: []byte("# new")}}))
	found, err := l.s.PublishedFor(t.Context(), "encounter.discharged")
	if err != nil || len(found) != 0 {
		t.Errorf("%d pathways start, %v", len(found), err)
	}
}

// TestTheDatabaseItselfRefuses: even a statement that goes around the program cannot change what was
// published, or the change log.
func TestTheDatabaseItselfRefuses(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	d := definition(1, "encounter.discharged", "one")
	if err := s.PutDefinition(t.Context(), d, nil, store.DefinitionPublished); err != nil {
		t.Fatal(err)
	}
	l := life{t, s}
	l.draft(ada, draftOf(2, "two"))
	for _, statement := range []string{
		`UPDATE definitions SET body = '{}' WHERE version = 1`,
		`UPDATE definitions SET digest = 'other' WHERE version = 1`,
		`DELETE FROM definitions WHERE version = 1`,
		`UPDATE definition_changes SET kind = 'approved'`,
		`DELETE FROM definition_changes`,
	} {
		if _, err := conn.Exec(t.Context(), statement); err == nil {
			t.Errorf("the database let this through: %s", statement)
		}
	}
	if _, err := conn.Exec(t.Context(), `UPDATE definitions SET title = 'x' WHERE version = 2`); err != nil {
		t.Errorf("a draft cannot be changed: %v", err)
	}
	kept, err := s.Definition(t.Context(), "tcm", 1)
	if err != nil || kept.Digest != pathways.Digest(d) {
		t.Errorf("%s, %v", kept.Digest, err)
	}
}
