package parts_test

import (
	"fmt"
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"throughline/api"
	"throughline/api/apitest"
	"throughline/identity"
	"throughline/pathways"
	"throughline/store"
)

const (
	base = "/api/v1/parts"
	why  = "because the clinic asked for it"
)

// desk is a server with two people besides the administrator.
type desk struct {
	*apitest.Server
	t        *testing.T
	ada, ben []string
}

func newDesk(t *testing.T) desk {
	t.Helper()
	people := identity.OpenPeople(filepath.Join(t.TempDir(), "tokens.json"))
	d := desk{t: t}
	d.Server = apitest.New(t, func(c *api.Config) { c.Admin = c.Admin.With(people) })
	for name, header := range map[string]*[]string{"Ada Vela": &d.ada, "Ben Ito": &d.ben} {
		token, _, err := people.Add(name, "nurse", d.Clock.Now())
		if err != nil {
			t.Fatal(err)
		}
		*header = []string{"Authorization", "Bearer " + token}
	}
	return d
}

func (d desk) as(who []string, method, path string, body any, header ...string) *apitest.Answer {
	d.t.Helper()
	return d.Stranger(method, path, body, append(append([]string{}, who...), header...)...)
}

// draft keeps a file as a draft: of a part, or of a pathway.
func (d desk) draft(path, source string) *apitest.Answer {
	d.t.Helper()
	return d.as(d.ada, http.MethodPost, path, map[string]string{"source": source, "reason": why})
}

func (d desk) step(who []string, path, step string) *apitest.Answer {
	d.t.Helper()
	body := map[string]string{"reason": why}
	if decision, ok := strings.CutPrefix(step, "review "); ok {
		step, body["decision"] = "review", decision
	}
	return d.as(who, http.MethodPost, path+"/"+step, body)
}

// publish takes a draft through the rest of its life up to publication.
func (d desk) publish(path string) {
	d.t.Helper()
	d.step(d.ada, path, "submit").Is(http.StatusOK)
	d.step(d.ben, path, "review approve").Is(http.StatusOK)
	d.step(d.ben, path, "publish").Is(http.StatusOK)
}

// version is what the tests read of a version of a part, or of a pathway.
type version struct {
	Version    int
	Status     string
	Origin     string
	Digest     string
	ChangedBy  string `json:"changed_by"`
	Source     string
	Content    *pathways.Part
	Definition *pathways.Definition
	Problems   pathways.Problems
	Warnings   []string
}

// feelings is a part with a form; times is a part of a question more.
func feelings(version int, asks string) string {
	return fmt.Sprintf(`part: feelings
version: %d
title: How patients feel
forms:
  feelings:
    title: How it goes
    fields:
      - {id: feels, ask: %s, type: code, values: [well, unwell], required: true}
`, version, asks)
}

const (
	first  = base + "/feelings/versions/1"
	second = base + "/feelings/versions/2"
)

// user is a pathway that uses a part.
func user(version int, part string) string {
	return fmt.Sprintf(`pathway: asks
version: %d
title: Asks how it goes
owner: care_coordinator
uses: [%s, standard-ladders@1]
launch: {once_per: request}
clocks:
  period: {from: enrolled, within: 30 days}
steps:
  - {id: call, task: Call the patient, due: 2 days, ladder: everyday, form: feelings, outcomes: [reached]}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`, version, part)
}

func userPath(version int) string { return fmt.Sprintf("/api/v1/pathways/asks/versions/%d", version) }

func TestAPartFromDraftToRetired(t *testing.T) {
	d := newDesk(t)
	var v version
	created := d.draft(base, feelings(1, "How are you?")).Is(http.StatusCreated).Into(&v)
	if v.Status != "draft" || v.ChangedBy != "ada-vela" || v.Origin != "organization" || v.Content.Forms[0].Name != "feelings" || len(v.Problems) > 0 {
		t.Fatalf("%+v", v)
	}
	before := created.Header.Get("ETag")
	if read := d.Get(first).Is(http.StatusOK).Header.Get("ETag"); read != before || read == "" {
		t.Errorf("ETag %q, then %q", before, read)
	}
	d.draft(base, feelings(1, "Well?")).Is(http.StatusConflict)
	edit := map[string]string{"source": strings.Replace(feelings(1, "How do you feel?"), "code", "colour", 1), "reason": "clearer"}
	if rule := d.as(d.ada, http.MethodPut, first, edit).Is(http.StatusUnprocessableEntity).Rule(); rule != "part.if_match" {
		t.Errorf("refused by %q", rule)
	}
	d.as(d.ada, http.MethodPut, first, edit, "If-Match", before).Is(http.StatusOK).Into(&v)
	if len(v.Problems) != 1 || v.Problems[0].Line != 8 {
		t.Errorf("the draft's errors are told: %v", v.Problems)
	}
	late := d.as(d.ben, http.MethodPut, first, edit, "If-Match", before).Is(http.StatusPreconditionFailed)
	if !strings.Contains(string(late.Body), "ada-vela saved it on") {
		t.Errorf("a late edit is told: %s", late.Body)
	}
	refused := d.step(d.ada, first, "submit").Is(http.StatusConflict)
	if refused.Rule() != "part.check" || !strings.Contains(string(refused.Body), "8:") || !strings.Contains(string(refused.Body), "colour") {
		t.Errorf("%s", refused.Body)
	}
	edit["source"] = feelings(1, "How do you feel?")
	d.as(d.ada, http.MethodPut, second, edit, "If-Match", "*").Is(http.StatusUnprocessableEntity)
	d.as(d.ada, http.MethodPut, first, edit, "If-Match", "*").Is(http.StatusOK)

	d.step(d.ada, first, "submit").Is(http.StatusOK)
	if rule := d.step(d.ada, first, "review approve").Is(http.StatusForbidden).Rule(); rule != store.RulePartSecondPerson {
		t.Errorf("refused by %q", rule)
	}
	d.step(d.ben, first, "review return").Is(http.StatusOK)
	d.publish(first)
	if rule := d.as(d.ada, http.MethodPut, first, edit, "If-Match", "*").Is(http.StatusConflict).Rule(); rule != "part.status" {
		t.Errorf("refused by %q", rule)
	}
	d.step(d.ada, first, "retire").Is(http.StatusOK)
	d.lifeIs("retired ada-vela", "published ben-ito", "approved ben-ito", "submitted ada-vela", "returned ben-ito", "submitted ada-vela", "saved ada-vela", "saved ada-vela", "created ada-vela")
}

// lifeIs reads the change log three at a time.
func (d desk) lifeIs(want ...string) {
	d.t.Helper()
	var got []string
	for cursor := ""; ; {
		var page struct {
			Items      []store.PartChange
			NextCursor string `json:"next_cursor"`
		}
		d.Get(first + "/changes?limit=3" + cursor).Is(http.StatusOK).Into(&page)
		for _, c := range page.Items {
			got = append(got, c.Kind+" "+c.Actor.ID)
		}
		if page.NextCursor == "" {
			break
		}
		cursor = "&cursor=" + page.NextCursor
	}
	if diff := cmp.Diff(want, got); diff != "" {
		d.t.Error(diff)
	}
}

// TestAPathwayWithAPartOfOnesOwn: tried with a draft, published only with what is published, and
// running on when the part is retired.
func TestAPathwayWithAPartOfOnesOwn(t *testing.T) {
	d := newDesk(t)
	d.draft(base, feelings(1, "How are you?")).Is(http.StatusCreated)
	var v version
	const warns = "the part feelings@1 is a draft still"
	d.draft("/api/v1/pathways", user(1, "feelings@1")).Is(http.StatusCreated).Into(&v)
	if len(v.Problems.Errors()) > 0 || !strings.Contains(v.Problems.String(), "5:8: warning: "+warns) {
		t.Errorf("%s", v.Problems)
	}
	early := v.Digest
	var checked struct {
		OK       bool
		Problems pathways.Problems
	}
	d.Post("/api/v1/pathways/check", map[string]string{"source": user(1, "feelings@1")}).Is(http.StatusOK).Into(&checked)
	if !checked.OK || !strings.Contains(checked.Problems.String(), warns) {
		t.Errorf("%+v", checked)
	}
	d.Post("/api/v1/pathways/simulate", map[string]any{"source": user(1, "feelings@1"), "respond": true}).Is(http.StatusOK)
	refused := d.step(d.ada, userPath(1), "submit").Is(http.StatusConflict)
	if refused.Rule() != "pathway.check" || !strings.Contains(string(refused.Body), "5:8: "+warns) {
		t.Errorf("%s", refused.Body)
	}

	d.as(d.ada, http.MethodPut, first, map[string]string{"source": feelings(1, "How do you feel today?"), "reason": why}, "If-Match", "*").Is(http.StatusOK)
	d.publish(first)
	d.publish(userPath(1)) // it is not saved again: what is submitted has the part as it was published
	d.Get(userPath(1)).Is(http.StatusOK).Into(&v)
	if ask := v.Definition.FormByName("feelings").Fields[0].Ask; ask != "How do you feel today?" || v.Digest == early {
		t.Errorf("published is %q", ask)
	}
	enroll := func() {
		t.Helper()
		d.Post("/api/v1/enrollments", map[string]any{"patient_id": d.Patient(), "pathway": "asks"}).Is(http.StatusCreated)
	}
	enroll()

	d.draft("/api/v1/pathways", user(2, "feelings@1")).Is(http.StatusCreated)
	d.step(d.ada, first, "retire").Is(http.StatusOK).Into(&v)
	want := []string{
		"It stays in version 1 of the pathway asks, which goes on; the next version must do without it.",
		"It is in version 2 of the pathway asks, which is not published and cannot be with it.",
	}
	if diff := cmp.Diff(want, v.Warnings); diff != "" {
		t.Error(diff)
	}
	enroll()
	refused = d.step(d.ada, userPath(2), "submit").Is(http.StatusConflict)
	if !strings.Contains(string(refused.Body), "the part feelings@1 is retired: nothing new may use it") {
		t.Errorf("%s", refused.Body)
	}
	d.draft(base, feelings(2, "How are things?")).Is(http.StatusCreated)
	d.publish(second)
	if again := d.step(d.ada, userPath(2), "submit").Is(http.StatusConflict); !strings.Contains(string(again.Body), "there is feelings@2") {
		t.Errorf("%s", again.Body)
	}
}

// TestAPartRetiredBetweenReviewAndPublication keeps the pathway from being published.
func TestAPartRetiredBetweenReviewAndPublication(t *testing.T) {
	d := newDesk(t)
	d.draft(base, feelings(1, "How are you?")).Is(http.StatusCreated)
	d.publish(first)
	d.draft("/api/v1/pathways", user(1, "feelings@1")).Is(http.StatusCreated)
	d.step(d.ada, userPath(1), "submit").Is(http.StatusOK)
	d.step(d.ben, userPath(1), "review approve").Is(http.StatusOK)
	d.step(d.ada, first, "retire").Is(http.StatusOK)
	if refused := d.step(d.ben, userPath(1), "publish").Is(http.StatusConflict); !strings.Contains(string(refused.Body), "is retired") {
		t.Errorf("%s", refused.Body)
	}
}

func TestPartsBesideTheLibrary(t *testing.T) {
	d := newDesk(t)
	taken := d.draft(base, strings.Replace(feelings(7, "How?"), "part: feelings", "part: standard-messages", 1)).Is(http.StatusConflict)
	if taken.Rule() != store.RulePartName || !strings.Contains(string(taken.Body), "comes with the program: give yours another name") {
		t.Errorf("%s", taken.Body)
	}
	for _, unreadable := range []string{"part: feelings", "version: 1", ":", "part: Not A Name\nversion: 1", "pathway: x\nversion: 1"} {
		d.draft(base, unreadable).Is(http.StatusUnprocessableEntity)
	}
	d.draft(base, feelings(1, "How are you?")).Is(http.StatusCreated)
	d.draft(base, feelings(2, "How are things?")+"uses: standard-ladders@1\n").Is(http.StatusCreated)

	var got []string
	for cursor := ""; ; {
		var page struct {
			Items []struct {
				Part     string
				Title    string
				Versions []version
			}
			NextCursor string `json:"next_cursor"`
		}
		d.Get(base + "?limit=2" + cursor).Is(http.StatusOK).Into(&page)
		for _, p := range page.Items {
			got = append(got, fmt.Sprint(p.Part, len(p.Versions), p.Versions[0].Origin))
		}
		if page.NextCursor == "" {
			break
		}
		cursor = "&cursor=" + page.NextCursor
	}
	if text := strings.Join(got, " "); !strings.Contains(text, "feelings2organization ") || !strings.Contains(text, "standard-ladders1library ") || len(got) != 1+len(pathways.LibraryParts().Known()) {
		t.Errorf("%q", got)
	}
	var v version
	d.Get(base + "/standard-ladders/versions/1").Is(http.StatusOK).Into(&v)
	if v.Origin != "library" || v.Status != "published" || !strings.Contains(v.Source, "part: standard-ladders") {
		t.Errorf("%+v", v)
	}
	var uses struct {
		Items []struct{ Kind, Key, Status string }
	}
	d.Get(base + "/standard-ladders/versions/1/uses").Is(http.StatusOK).Into(&uses)
	if diff := cmp.Diff([]struct{ Kind, Key, Status string }{{"part", "feelings", "draft"}}, uses.Items); diff != "" {
		t.Error(diff)
	}
	var found struct {
		Care        int
		From        struct{ Part string }
		Differences []struct{ Sentence string }
	}
	d.Get(base + "/feelings/compare?from=1&to=2").Is(http.StatusOK).Into(&found)
	if len(found.Differences) != 2 || found.From.Part != "feelings" || !strings.Contains(found.Differences[0].Sentence, "Question “How are things?”") {
		t.Errorf("%+v", found)
	}
	var checked struct {
		OK       bool
		Part     string
		Problems pathways.Problems
	}
	d.Post(base+"/check", map[string]string{"source": feelings(1, "How are you?") + "uses: nothing@1\n", "file": "f.yaml"}).Is(http.StatusOK).Into(&checked)
	if checked.OK || checked.Part != "feelings" || !strings.Contains(checked.Problems.String(), `f.yaml:9:7: there is no part "nothing"`) {
		t.Errorf("%+v", checked)
	}
	for _, missing := range []string{"/none", "/none/versions/1", "/none/versions/1/uses", "/none/versions/1/changes", "/feelings/compare?from=1&to=9"} {
		d.Get(base + missing).Is(http.StatusNotFound)
	}
	d.Get(base + "/feelings").Is(http.StatusOK)
	d.step(d.ada, base+"/standard-ladders/versions/1", "retire").Is(http.StatusConflict)
	d.step(d.ada, base+"/none/versions/1", "submit").Is(http.StatusNotFound)
	d.Stranger(http.MethodPost, base, map[string]string{"source": feelings(3, "Who?"), "reason": why}).Is(http.StatusUnauthorized)
}
