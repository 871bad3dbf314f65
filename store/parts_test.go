package store_test

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"throughline/care"
	"throughline/pathways"
	"throughline/store"
	"throughline/store/storetest"
)

func anyPart(store.StoredPart) error { return nil }

// partDraft is a part with one ladder, and what else is given.
func partDraft(t *testing.T, name string, version int, more ...string) store.PartDraft {
	t.Helper()
	src := fmt.Sprintf("part: %s\nversion: %d\ntitle: %s\nladders:\n  %s: [{at: due, escalate: supervisor}]\n", name, version, name, strings.ReplaceAll(name, "-", "_")) + strings.Join(more, "")
	part, problems := pathways.LoadPart("", []byte(src), pathways.LibraryParts())
	if part == nil {
		t.Fatal(problems)
	}
	return store.PartDraft{Part: part, Source: []byte(src), Reason: "why " + name}
}

// partLife takes parts through their lives.
type partLife struct{ life }

func newPartLife(t *testing.T) partLife { t.Helper(); return partLife{life{t, storetest.New(t)}} }

func (l partLife) create(d store.PartDraft) store.StoredPart {
	l.t.Helper()
	kept, err := l.s.CreatePart(l.t.Context(), ada, d)
	l.must(err)
	return kept
}

func (l partLife) step(actor care.Actor, name string, kinds ...string) error {
	for _, kind := range kinds {
		if _, err := l.s.MovePart(l.t.Context(), actor, name, 1, store.LifeStep{Kind: kind, Reason: "why " + kind}); err != nil {
			return err
		}
	}
	return nil
}

func (l partLife) publish(d store.PartDraft) {
	l.t.Helper()
	l.create(d)
	l.must(l.step(ada, d.Part.Part, store.ChangeSubmitted))
	l.must(l.step(ben, d.Part.Part, store.ChangeApproved, store.ChangePublished))
}

// TestAPartHasTheLifeOfAPathway: the same steps, refused by the same rules under the part's name.
func TestAPartHasTheLifeOfAPathway(t *testing.T) {
	l := newPartLife(t)
	ctx := t.Context()
	kept := l.create(partDraft(t, "falls", 1))
	if kept.Status != store.DefinitionDraft || kept.ChangedBy != ada || kept.Digest != pathways.PartDigest(kept.Part) {
		t.Fatalf("%+v", kept)
	}
	_, err := l.s.CreatePart(ctx, ben, partDraft(t, "falls", 1))
	refused(t, err, care.Conflict, "part.version_taken")
	_, err = l.s.CreatePart(ctx, ada, partDraft(t, "standard-ladders", 9))
	refused(t, err, care.Conflict, store.RulePartName)
	_, err = l.s.CreatePart(ctx, ada, store.PartDraft{Part: &pathways.Part{Part: "Not A Name", Version: 1}})
	refused(t, err, care.Invalid, "")
	refused(t, l.step(ada, "none", store.ChangeSubmitted), care.NotFound, "")

	better := partDraft(t, "falls", 1, "  other: [{at: due, escalate: supervisor}]\n")
	saved, err := l.s.SavePart(ctx, ada, better, func(present store.StoredPart) error {
		if present.Digest != kept.Digest {
			t.Errorf("asked about %s", present.Digest)
		}
		return nil
	})
	l.must(err)
	if len(saved.Part.Ladders) != 2 || saved.Digest == kept.Digest {
		t.Fatalf("%+v", saved)
	}
	l.must(l.step(ada, "falls", store.ChangeSubmitted))
	_, err = l.s.SavePart(ctx, ada, partDraft(t, "falls", 1), anyPart)
	refused(t, err, care.Conflict, "part.status")
	refused(t, l.step(ada, "falls", store.ChangeApproved), care.Forbidden, store.RulePartSecondPerson)
	refused(t, l.step(ben, "falls", store.ChangePublished), care.Conflict, "part.status")
	l.must(l.step(ben, "falls", store.ChangeApproved, store.ChangePublished))
	l.must(l.step(ada, "falls", store.ChangeRetired))

	changes, _, err := l.s.PartChanges(ctx, "falls", 1, store.Page{})
	l.must(err)
	var got []string
	for _, c := range changes {
		got = append(got, c.Part+" "+c.Kind+" "+c.Actor.ID)
	}
	want := []string{"falls retired ada-vela", "falls published ben-ito", "falls approved ben-ito", "falls submitted ada-vela", "falls saved ada-vela", "falls created ada-vela"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

// TestTheDatabaseItselfKeepsParts: even a statement that goes around the program cannot change what
// was published of a part, or its change log.
func TestTheDatabaseItselfKeepsParts(t *testing.T) {
	s, dsn := storetest.NewWithDSN(t)
	conn, err := pgx.Connect(t.Context(), dsn)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(t.Context())) })
	l := partLife{life{t, s}}
	l.publish(partDraft(t, "falls", 1))
	l.create(partDraft(t, "falls", 2))
	for _, statement := range []string{
		`UPDATE parts SET body = '{}' WHERE version = 1`, `UPDATE parts SET source = '' WHERE version = 1`, `UPDATE parts SET digest = 'other' WHERE version = 1`,
		`UPDATE parts SET published_at = NULL WHERE version = 1`, `UPDATE parts SET version = 9 WHERE version = 1`, `DELETE FROM parts WHERE version = 1`,
		`UPDATE part_changes SET kind = 'approved'`, `DELETE FROM part_changes`,
	} {
		if _, err := conn.Exec(t.Context(), statement); err == nil {
			t.Errorf("the database let this through: %s", statement)
		}
	}
	if _, err := conn.Exec(t.Context(), `UPDATE parts SET title = 'x' WHERE version = 2`); err != nil {
		t.Errorf("a draft cannot be changed: %v", err)
	}
}

// TestOneResolverKnowsAllParts: which part may be used for what, and what is said of it.
func TestOneResolverKnowsAllParts(t *testing.T) {
	l := newPartLife(t)
	l.publish(partDraft(t, "ours", 1))
	l.publish(partDraft(t, "old", 1))
	l.must(l.step(ada, "old", store.ChangeRetired))
	l.create(partDraft(t, "young", 1))
	l.create(partDraft(t, "submitted", 1))
	l.must(l.step(ada, "submitted", store.ChangeSubmitted))

	says := func(purpose store.PartPurpose, part string) string {
		t.Helper()
		parts, err := l.s.PartsFor(t.Context(), purpose)
		l.must(err)
		_, problems := pathways.LoadPart("x.yaml", []byte("part: user\nversion: 1\ntitle: User\nuses: ["+part+"]\n"), parts)
		return problems.String()
	}
	for part, want := range map[string][2]string{
		"ours@1":             {"", ""},
		"standard-ladders@1": {"", ""},
		"old@1":              {"x.yaml:4:8: the part old@1 is retired: nothing new may use it (write it out, or use another part)", "the part old@1 is retired"},
		"young@1":            {"x.yaml:4:8: warning: the part young@1 is a draft still", "x.yaml:4:8: the part young@1 is a draft still (publish the part before this is submitted)"},
		"submitted@1":        {"warning: the part submitted@1 is in review, and not published yet", "x.yaml:4:8: the part submitted@1 is in review"},
		"ours@2":             {"there is no version 2 of the part ours (there is ours@1)", "there is no version 2 of the part ours"},
	} {
		for i, purpose := range []store.PartPurpose{store.ToTry, store.ToPublish} {
			if got := says(purpose, part); !strings.Contains(got, want[i]) || want[i] == "" && got != "" {
				t.Errorf("%s for purpose %d: %s", part, purpose, got)
			}
		}
	}
	if _, err := l.s.CreatePart(t.Context(), ada, partDraft(t, "old", 2)); err != nil {
		t.Fatal(err)
	}
	_, err := l.s.MovePart(t.Context(), ada, "old", 2, store.LifeStep{Kind: store.ChangeSubmitted})
	l.must(err)
	for _, kind := range []string{store.ChangeApproved, store.ChangePublished} {
		_, err = l.s.MovePart(t.Context(), ben, "old", 2, store.LifeStep{Kind: kind})
		l.must(err)
	}
	if got := says(store.ToTry, "old@1"); !strings.Contains(got, "there is old@2") {
		t.Errorf("a newer version is not named: %s", got)
	}
}

func TestPartsAreListedByName(t *testing.T) {
	l := newPartLife(t)
	for _, name := range []string{"zz-last", "falls", "beside"} {
		l.create(partDraft(t, name, 1))
	}
	l.create(partDraft(t, "falls", 2))
	var got []string
	for page := (store.Page{Limit: 2}); ; {
		some, next, err := l.s.ListParts(t.Context(), []string{"falls", "standard-ladders"}, page)
		l.must(err)
		for _, p := range some {
			text := p.Part
			for _, v := range p.Versions {
				text += fmt.Sprint(" ", v.Part.Version)
			}
			got = append(got, text)
		}
		if next == "" {
			break
		}
		page.Cursor = next
	}
	if diff := cmp.Diff([]string{"beside 1", "falls 2 1", "standard-ladders", "zz-last 1"}, got); diff != "" {
		t.Error(diff)
	}
	_, _, err := l.s.ListParts(t.Context(), nil, store.Page{Cursor: "x"})
	refused(t, err, care.Invalid, "")
}

// TestWhatUsesAPartIsFound: pathways and parts, drafts among them, and no other version of it.
func TestWhatUsesAPartIsFound(t *testing.T) {
	l := newPartLife(t)
	for i := range 3 {
		d := draftOf(i+1, "user")
		d.Definition.Uses = []pathways.Used{{Part: "other", Version: 1}, {Part: "standard-ladders", Version: i/2 + 1, Digest: "sha256:x", Line: 6}}
		l.draft(ada, d)
	}
	l.create(partDraft(t, "falls", 1, "uses: [standard-ladders@1]\n"))
	var got []string
	for page := (store.Page{Limit: 2}); ; {
		some, next, err := l.s.PartUses(t.Context(), "standard-ladders", 1, page)
		l.must(err)
		for _, u := range some {
			got = append(got, fmt.Sprintf("%s %s %d %s %s", u.Kind, u.Key, u.Version, u.Title, u.Status))
		}
		if next == "" {
			break
		}
		page.Cursor = next
	}
	if diff := cmp.Diff([]string{"part falls 1 falls draft", "pathway tcm 1 user draft", "pathway tcm 2 user draft"}, got); diff != "" {
		t.Error(diff)
	}
}
