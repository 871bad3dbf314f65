package pathways_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"throughline/api"
	"throughline/api/apitest"
	"throughline/identity"
	"throughline/pathways"
	"throughline/store"
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
	return d.Stranger(method, base+path, body, append(append([]string{}, who...), header...)...)
}

// version is what the tests read of a version.
type version struct {
	Version   int
	Status    string
	Origin    string
	Digest    string
	ChangedBy string `json:"changed_by"`
	BasedOn   *store.DefinitionRef
	Source    string
	Problems  []pathways.Problem
	Warnings  []string
}

// source gives the test pathway's file as another version.
func (d desk) source(number string, edits ...string) string {
	d.t.Helper()
	var whole struct{ Source string }
	d.Get(base + "/" + apitest.Pathway + "/versions/1").Is(http.StatusOK).Into(&whole)
	return strings.NewReplacer(append([]string{"version: 1", "version: " + number}, edits...)...).Replace(whole.Source)
}

// sound is source with what keeps patients from falling through, which the explorer asks for.
func (d desk) sound(number string, edits ...string) string {
	d.t.Helper()
	return d.source(number, append([]string{
		"clocks:\n", "clocks:\n  period: {from: discharged_on, within: 30 days}\n",
		"ends:\n", "ends:\n  - {on: patient.died, as: deceased}\n  - {clock: period, as: finished-incomplete}\n",
	}, edits...)...)
}

const (
	second = "/" + apitest.Pathway + "/versions/2"
	why    = "because the clinic asked for it"
)

func (d desk) step(who []string, path, step string) *apitest.Answer {
	d.t.Helper()
	body := map[string]string{"reason": why}
	if decision, ok := strings.CutPrefix(step, "review "); ok {
		step, body["decision"] = "review", decision
	}
	return d.as(who, http.MethodPost, path+"/"+step, body)
}

// published takes a file through its whole life up to publication.
func (d desk) published(path, source string) version {
	d.t.Helper()
	d.as(d.ada, http.MethodPost, "", map[string]any{"source": source, "reason": why}).Is(http.StatusCreated)
	d.step(d.ada, path, "submit").Is(http.StatusOK)
	d.step(d.ben, path, "review approve").Is(http.StatusOK)
	var v version
	d.step(d.ben, path, "publish").Is(http.StatusOK).Into(&v)
	return v
}

func TestAVersionFromDraftToRetired(t *testing.T) {
	d := newDesk(t)
	var v version
	created := d.as(d.ada, http.MethodPost, "", map[string]any{"source": d.sound("2", "within: 14 days", "within: 10 days"), "reason": why}).Is(http.StatusCreated).Into(&v)
	if v.Status != "draft" || v.ChangedBy != "ada-vela" || v.Version != 2 || len(pathways.Problems(v.Problems).Errors()) > 0 {
		t.Fatalf("%+v", v)
	}
	before := created.Header.Get("ETag")
	if read := d.Get(base + second).Header.Get("ETag"); read != before || read == "" {
		t.Errorf("ETag %q, then %q", before, read)
	}
	d.as(d.ada, http.MethodPost, "", map[string]any{"source": d.sound("2"), "reason": why}).Is(http.StatusConflict)

	edit := map[string]string{"source": d.sound("2", "within: 14 days", "within: 7 days"), "reason": "shorter still"}
	d.as(d.ada, http.MethodPut, second, edit).Is(http.StatusUnprocessableEntity)
	d.as(d.ada, http.MethodPut, second, edit, "If-Match", before).Is(http.StatusOK)
	late := d.as(d.ben, http.MethodPut, second, edit, "If-Match", before).Is(http.StatusPreconditionFailed)
	if !strings.Contains(string(late.Body), "ada-vela saved it on") {
		t.Errorf("a late edit is told: %s", late.Body)
	}

	d.step(d.ada, second, "submit").Is(http.StatusOK)
	if rule := d.step(d.ada, second, "review approve").Is(http.StatusForbidden).Rule(); rule != store.RuleSecondPerson {
		t.Errorf("refused by %q", rule)
	}
	if rule := d.step(d.ben, second, "publish").Is(http.StatusConflict).Rule(); rule != store.RuleVersionStatus {
		t.Errorf("refused by %q", rule)
	}
	d.step(d.ben, second, "review return").Is(http.StatusOK)
	d.step(d.ada, second, "submit").Is(http.StatusOK)
	d.step(d.ben, second, "review approve").Is(http.StatusOK)
	d.step(d.ada, second, "publish").Is(http.StatusOK).Into(&v)
	if v.Status != "published" || len(v.Warnings) > 0 {
		t.Errorf("%+v", v)
	}
	d.starts(2)
	d.step(d.ada, second, "retire").Is(http.StatusOK).Into(&v)
	if len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "version 1") {
		t.Errorf("retiring the newer one warns: %q", v.Warnings)
	}
	d.starts(1)
	d.step(d.ada, "/"+apitest.Pathway+"/versions/1", "retire").Is(http.StatusOK).Into(&v)
	if len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "No version of test-follow-up is published any more") {
		t.Errorf("retiring the last one warns: %q", v.Warnings)
	}
	d.starts(0)
	d.lifeIs("retired ada-vela", "published ada-vela", "approved ben-ito", "submitted ada-vela", "returned ben-ito", "submitted ada-vela", "saved ada-vela", "created ada-vela")
}

func (d desk) starts(want int) {
	d.t.Helper()
	var p struct {
		InForce int `json:"in_force"`
	}
	d.Get(base + "/" + apitest.Pathway).Is(http.StatusOK).Into(&p)
	if p.InForce != want {
		d.t.Errorf("version %d starts enrollments, want %d", p.InForce, want)
	}
	status := http.StatusCreated
	if want == 0 {
		status = http.StatusNotFound
	}
	d.Post("/api/v1/enrollments", map[string]any{
		"patient_id": d.Patient(), "pathway": apitest.Pathway, "facts": map[string]any{"discharged_on": "2026-03-02"},
	}).Is(status)
}

// lifeIs reads the change log of version 2 three at a time.
func (d desk) lifeIs(want ...string) {
	d.t.Helper()
	var got []string
	cursor := ""
	for {
		var page struct {
			Items      []store.DefinitionChange
			NextCursor string `json:"next_cursor"`
		}
		d.Get(base + second + "/changes?limit=3" + cursor).Is(http.StatusOK).Into(&page)
		for _, c := range page.Items {
			got = append(got, c.Kind+" "+c.Actor.ID)
			if c.Reason == "" || c.Digest == "" || c.At.IsZero() {
				d.t.Errorf("%+v", c)
			}
		}
		if page.NextCursor == "" {
			break
		}
		cursor = "&cursor=" + page.NextCursor
	}
	if strings.Join(got, ", ") != strings.Join(want, ", ") {
		d.t.Errorf("the change log says\n%q, want\n%q", got, want)
	}
}

func TestOnlyWhatChecksIsSubmittedAndPublished(t *testing.T) {
	d := newDesk(t)
	var v version
	d.as(d.ada, http.MethodPost, "", map[string]any{"source": d.source("2", "clock: visit", "clock: vist"), "reason": why}).Is(http.StatusCreated).Into(&v)
	if len(v.Problems) == 0 || v.Problems[0].Line == 0 {
		t.Errorf("the draft's errors are not told: %+v", v.Problems)
	}
	refused := d.step(d.ada, second, "submit").Is(http.StatusConflict)
	if refused.Rule() != "pathway.check" || !strings.Contains(string(refused.Body), "vist") {
		t.Errorf("%s", refused.Body)
	}
	for _, unreadable := range []string{"pathway: x", "version: 2", ":", "pathway: Not A Key\nversion: 1"} {
		d.as(d.ada, http.MethodPost, "", map[string]any{"source": unreadable, "reason": why}).Is(http.StatusUnprocessableEntity)
	}
	d.as(d.ada, http.MethodPost, "", map[string]any{"reason": why}).Is(http.StatusUnprocessableEntity)
	d.as(d.ada, http.MethodPost, "", map[string]any{"source": d.source("3"), "based_on": 9, "reason": why}).Is(http.StatusNotFound)
	d.as(d.ada, http.MethodPut, second, map[string]any{"source": d.source("3"), "reason": why}, "If-Match", "*").Is(http.StatusUnprocessableEntity)
	d.Stranger(http.MethodPost, base, map[string]any{"source": d.source("3"), "reason": why}).Is(http.StatusUnauthorized)
	fallsThrough := "/" + apitest.Pathway + "/versions/3"
	d.as(d.ada, http.MethodPost, "", map[string]any{"source": d.source("3"), "reason": why}).Is(http.StatusCreated)
	if found := d.step(d.ada, fallsThrough, "submit").Is(http.StatusConflict); !strings.Contains(string(found.Body), "after the patient has died") {
		t.Errorf("what the explorer refutes is let through: %s", found.Body)
	}
}

func TestPublishingAnOlderVersionWarns(t *testing.T) {
	d := newDesk(t)
	d.published("/"+apitest.Pathway+"/versions/3", d.sound("3"))
	v := d.published(second, d.sound("2"))
	if len(v.Warnings) != 1 || !strings.Contains(v.Warnings[0], "Version 3") {
		t.Errorf("%q", v.Warnings)
	}
	d.starts(3)
}

func TestCompareTwoVersions(t *testing.T) {
	d := newDesk(t)
	d.as(d.ada, http.MethodPost, "", map[string]any{"source": d.source("2", "within: 2 business days", "within: 3 business days"), "reason": why}).Is(http.StatusCreated)
	var found struct {
		Summary     string
		Care        int
		Differences []struct{ Kind, Severity, Sentence string }
	}
	compare := func(from, to string) *apitest.Answer {
		return d.Get(base + "/" + apitest.Pathway + "/compare?from=" + from + "&to=" + to)
	}
	compare("1", "2").Is(http.StatusOK).Into(&found)
	if len(found.Differences) != 1 || found.Care != 1 || found.Differences[0].Sentence != "Contact deadline: 2 → 3 business days" {
		t.Errorf("%+v", found)
	}
	compare("2", "2").Is(http.StatusOK).Into(&found)
	if len(found.Differences) != 0 || found.Care != 0 {
		t.Errorf("%+v", found)
	}
	compare("1", "9").Is(http.StatusNotFound)
	compare("library", "1").Is(http.StatusNotFound)
	compare("one", "1").Is(http.StatusUnprocessableEntity)
	d.Get(base + "/" + apitest.Pathway + "/compare?from=1").Is(http.StatusUnprocessableEntity)
}

// TestTheLibraryBesideTheOrganizationsOwn: what an upgrade brings is offered, compared, taken up and
// reviewed like everything else.
func TestTheLibraryBesideTheOrganizationsOwn(t *testing.T) {
	d := newDesk(t)
	shipped, problems := pathways.Load("", []byte(d.source("1", "within: 14 days", "within: 10 days")))
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	err := d.Store.KeepLibrary(t.Context(), []store.Shipped{{Definition: shipped, Source: []byte(d.source("1", "within: 14 days", "within: 10 days"))}})
	if err != nil {
		t.Fatal(err)
	}
	available := func() int {
		t.Helper()
		var p struct {
			InForce   int `json:"in_force"`
			Available []struct{ Digest string }
		}
		d.Get(base + "/" + apitest.Pathway).Is(http.StatusOK).Into(&p)
		if p.InForce != 1 {
			t.Errorf("version %d is in force", p.InForce)
		}
		return len(p.Available)
	}
	if n := available(); n != 1 {
		t.Fatalf("%d versions are offered", n)
	}
	var found struct{ Differences []struct{ Sentence string } }
	d.Get(base + "/" + apitest.Pathway + "/compare?from=1&to=library").Is(http.StatusOK).Into(&found)
	if len(found.Differences) != 1 || found.Differences[0].Sentence != "Visit deadline: 14 → 10 days" {
		t.Errorf("%+v", found)
	}
	var v struct {
		version
		BasedOn *store.DefinitionRef `json:"based_on"`
	}
	d.as(d.ada, http.MethodPost, "", map[string]any{"library": apitest.Pathway, "reason": why}).Is(http.StatusCreated).Into(&v)
	if v.Status != "draft" || v.Origin != "organization" || v.BasedOn == nil || v.BasedOn.Digest != pathways.Digest(shipped) || !strings.Contains(v.Source, "version: 2") {
		t.Errorf("%+v", v)
	}
	if n := available(); n != 0 {
		t.Errorf("%d versions are offered after it was taken up", n)
	}
	d.as(d.ada, http.MethodPost, "", map[string]any{"library": "none", "reason": why}).Is(http.StatusNotFound)
	d.as(d.ada, http.MethodPost, "", map[string]any{"library": apitest.Pathway, "source": d.source("3"), "reason": why}).Is(http.StatusUnprocessableEntity)
}

func TestAVersionAsADocument(t *testing.T) {
	d := newDesk(t)
	d.published(second, d.sound("2"))
	page := d.Get(base + second + "/sop").Is(http.StatusOK)
	if got := page.Header.Get("Content-Type"); got != "text/html; charset=utf-8" {
		t.Errorf("content type %s", got)
	}
	for _, want := range []string{"Test Hospital", "version 2", "ben-ito", why, "How do you feel?"} {
		if !strings.Contains(string(page.Body), want) {
			t.Errorf("the page does not say %q", want)
		}
	}
	text := d.Get(base + second + "/sop?format=md").Is(http.StatusOK)
	if !strings.HasPrefix(string(text.Body), "# ") || text.Header.Get("Content-Type") != "text/markdown; charset=utf-8" {
		t.Errorf("%s", text.Header.Get("Content-Type"))
	}
	d.Get(base + second + "/sop?format=pdf").Is(http.StatusUnprocessableEntity)
	d.Get(base + "/none/versions/1/sop").Is(http.StatusNotFound)
}

func TestAFormAsAQuestionnaire(t *testing.T) {
	d := newDesk(t)
	d.published(second, d.sound("2"))
	var res struct {
		ResourceType, Status, Publisher, Version string
		Item                                     []struct{ LinkID, Text string }
	}
	answer := d.Get(base + second + "/questionnaires/contact").Is(http.StatusOK).Into(&res)
	if got := answer.Header.Get("Content-Type"); got != "application/fhir+json" {
		t.Errorf("content type %s", got)
	}
	if res.ResourceType != "Questionnaire" || res.Status != "active" || res.Publisher != "Test Hospital" || res.Version != "2" || len(res.Item) == 0 || res.Item[0].Text != "How do you feel?" {
		t.Errorf("%+v", res)
	}
	d.Get(base + second + "/questionnaires/none").Is(http.StatusNotFound)
}

// What is odd about a version beside the published pathways is said where it is checked, submitted and
// published. It warns, and keeps nobody from publishing.
func TestAVersionBesideTheOthers(t *testing.T) {
	d := newDesk(t)
	source := strings.Replace(d.sound("2"), "clocks:\n", "relations:\n  - {pathway: hospice-at-home, is: excludes}\nclocks:\n", 1)
	says := func(where string, problems []pathways.Problem) {
		t.Helper()
		for _, p := range problems {
			if p.Line > 0 && strings.Contains(p.Message, `there is no pathway "hospice-at-home" yet`) && p.Severity == pathways.SeverityWarning {
				return
			}
		}
		t.Errorf("%s says nothing of it: %v", where, problems)
	}
	var checked struct {
		OK       bool
		Problems []pathways.Problem
	}
	d.as(d.ada, http.MethodPost, "/check", map[string]any{"source": source}).Is(http.StatusOK).Into(&checked)
	says("check", checked.Problems)
	if !checked.OK {
		t.Error("what is odd beside others refuses")
	}
	d.as(d.ada, http.MethodPost, "", map[string]any{"source": source, "reason": why}).Is(http.StatusCreated)
	var v version
	d.step(d.ada, second, "submit").Is(http.StatusOK).Into(&v)
	says("submit", v.Problems)
	d.step(d.ben, second, "review approve").Is(http.StatusOK)
	d.step(d.ada, second, "publish").Is(http.StatusOK).Into(&v)
	says("publish", v.Problems)
	if v.Status != "published" {
		t.Errorf("it is %s", v.Status)
	}
}
