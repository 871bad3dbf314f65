package compare_test

import (
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/pathways"
	"throughline/pathways/compare"
)

var update = flag.Bool("update", false, "write the golden files anew")

var loadLibrary = sync.OnceValues(pathways.Library)

func library(t testing.TB) []*pathways.Definition {
	t.Helper()
	all, err := loadLibrary()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sourceOf(t testing.TB, key string) string {
	t.Helper()
	for _, d := range library(t) {
		if d.Pathway == key {
			src, err := pathways.Source(d)
			if err != nil {
				t.Fatal(err)
			}
			return string(src)
		}
	}
	t.Fatalf("no pathway %s ships", key)
	return ""
}

func parse(t testing.TB, src string) *pathways.Definition {
	t.Helper()
	d, problems := pathways.Parse("test.yaml", []byte(src))
	if d == nil || len(problems.Errors()) > 0 {
		t.Fatalf("not read: %s", problems)
	}
	return d
}

// TestNothingDiffersFromItself holds for every pathway that ships, also where a comment moved every
// line and the version went up.
func TestNothingDiffersFromItself(t *testing.T) {
	for _, d := range library(t) {
		src := sourceOf(t, d.Pathway)
		moved := "# One more line.\n" + strings.Replace(src, "version: ", "version: 9", 1)
		for _, other := range []string{src, moved} {
			if found := compare.Versions(d, parse(t, other)).Differences; len(found) > 0 {
				t.Errorf("%s differs from itself: %+v", d.Pathway, found)
			}
		}
	}
}

// TestSentences compares a version with one that a clinician changed by hand, and holds the words to
// a golden file.
func TestSentences(t *testing.T) {
	old := sourceOf(t, "post-discharge-tcm")
	edits := []struct{ name, before, after string }{
		{"deadline", "    from: discharged_on\n    within: 2 business days\n    counts_from", "    from: discharged_on\n    within: 3 business days\n    counts_from"},
		{"deadline-by-complexity", "within: 'complexity == \"high\" ? \"7 days\" : \"14 days\"'\n    pause: never\n    source: CMS TCM, face", "within: 7 days\n    pause: never\n    source: CMS TCM, face"},
		{"rung", "{at: 4 hours before due, warn: supervisor}", "{at: 8 hours before due, warn: nurse}"},
		{"owner", "owner: nurse\n    clock: medicines", "owner: pharmacist\n    clock: medicines"},
		{"step-removed", "  - id: pending_tests\n    after: information\n    when: information.pending_tests\n    task: Follow up the results that were still to come at discharge\n    owner: nurse\n    clock: soon\n    ladder: work\n    outcomes: [reviewed, not_indicated]\n\n", ""},
		{"step-added", "tracks:\n", "  - id: weigh\n    after: contact\n    task: Ask for the weight\n    owner: nurse\n    clock: soon\n    ladder: work\n    outcomes: [told]\n\ntracks:\n"},
		{"order", "  - id: visit\n    appointment", "  - id: visit\n    after: [contact, medicines]\n    appointment"},
		{"condition", "when: information.pending_tests\n", "when: information.pending_tests || information.services_ordered\n"},
		{"question", "ask: In the next days, might there not be enough to eat?", "ask: In the next week, might there not be enough to eat?"},
		{"answers", "values: [better, same, worse]", "values: [better, same, worse, much_worse]"},
		{"message", "will call you in the next two working days to", "will call you in the next three working days to"},
		{"message-spanish", "en los próximos dos días hábiles", "en los próximos tres días hábiles"},
		{"end", "{when: contact.outcome == \"declined\", as: revoked, because: The patient does not want follow-up}", "{when: contact.outcome == \"declined\", as: transferred, because: The patient does not want follow-up}"},
		{"ends-swapped", "  - {when: contact.outcome == \"declined\", as: revoked, because: The patient does not want follow-up}\n  - {when: destination.outcome == \"in_a_facility\", as: transferred, because: A facility cares for the patient now}\n", "  - {when: destination.outcome == \"in_a_facility\", as: transferred, because: A facility cares for the patient now}\n  - {when: contact.outcome == \"declined\", as: revoked, because: The patient does not want follow-up}\n"},
		{"launch", "when: event.class in [\"inpatient\", \"observation\"]", "when: event.class == \"inpatient\""},
		{"exclusion-gone", "    - when: event.disposition == \"court_or_law\"\n      because: The patient is in custody, not in the community.\n", ""},
		{"claim", "conforms_to: [cms-tcm]\n", ""},
		{"fact", "default: moderate", "default: high"},
		{"languages", "languages: [en, es]", "languages: [es, en]"},
		{"instructions", "Two attempts excuse the deadline, not the patient.", "Two tries excuse the deadline, not the patient."},
		{"consent", "consent: required\n      consent_from: 'contact.outcome == \"excused_after_attempts\" ? keep_trying.consent_to_share : contact.consent_to_share'\n      acknowledge: 2 business days\n      first_contact: 4 business days\n      outcome: 14 days\n      otherwise: next_best\n\n  - id: food", "consent: on file\n      acknowledge: 1 business day\n      first_contact: 4 business days\n      outcome: 14 days\n      otherwise: ask\n\n  - id: food"},
		{"repeat", "    task: Keep trying to reach the patient\n", "    task: Keep trying to reach the patient\n    repeat: {every: 7 days, times: 3}\n"},
	}
	all := old
	for _, e := range edits {
		t.Run(e.name, func(t *testing.T) {
			if !strings.Contains(old, e.before) {
				t.Fatal("the pathway no longer holds what the test changes")
			}
			golden(t, e.name, compare.Versions(parse(t, old), parse(t, strings.Replace(old, e.before, e.after, 1))))
		})
		all = strings.Replace(all, e.before, e.after, 1)
	}
	golden(t, "everything", compare.Versions(parse(t, old), parse(t, strings.Replace(all, "version: 1", "version: 2", 1))))
}

// TestARenameIsGuessedWhereAllElseIsEqual renames a step everywhere it is asked for; a step that
// changed besides is one that went and one that came.
func TestARenameIsGuessedWhereAllElseIsEqual(t *testing.T) {
	old := sourceOf(t, "post-discharge-tcm")
	renamed := strings.NewReplacer("- id: information", "- id: papers", "after: information", "after: papers", "information.pending_tests", "papers.pending_tests").Replace(old)
	golden(t, "rename", compare.Versions(parse(t, old), parse(t, renamed)))
	golden(t, "no-rename", compare.Versions(parse(t, old), parse(t, strings.Replace(renamed, "outcomes: [received]", "outcomes: [received, read]", 1))))
}

func golden(t *testing.T, name string, c compare.Comparison) {
	t.Helper()
	var b strings.Builder
	if err := c.WriteText(&b); err != nil {
		t.Fatal(err)
	}
	file := "testdata/" + name + ".golden"
	if *update {
		if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := gocmp.Diff(string(want), b.String()); diff != "" {
		t.Error(diff)
	}
}

// TestEveryMutationIsTold changes one thing at a time in every pathway that ships: each value, each
// list's items, each field. Every change is told, and told alike from either side.
func TestEveryMutationIsTold(t *testing.T) {
	var total atomic.Int64
	all := library(t)
	stride := 1 + len(all)/4 // the more pathways, the wider: it is one comparison for all of them
	t.Run("pathways", func(t *testing.T) {
		for _, d := range all {
			t.Run(d.Pathway, func(t *testing.T) {
				t.Parallel()
				total.Add(int64(everyMutationIsTold(t, d, stride)))
			})
		}
	})
	t.Logf("%d mutations, all told", total.Load())
	if total.Load() < 1500 {
		t.Errorf("only %d mutations", total.Load())
	}
}

// everyMutationIsTold tries each stride-th mutation of a pathway, and gives how many there were.
func everyMutationIsTold(t *testing.T, d *pathways.Definition, stride int) (tried int) {
	t.Helper()
	m, before := mutatorOf(t, d), content(t, d)
	for i := 0; i < len(m.sites); i += stride {
		mutant, what := m.mutate(t, i)
		if mutant == nil || content(t, mutant) == before {
			continue // it does not fit the definition's types, or it is the version
		}
		tried++
		told := compare.Versions(d, mutant)
		if len(told.Differences) == 0 {
			t.Fatalf("nothing is told of: %s", what)
		}
		for _, diff := range told.Differences {
			if diff.Sentence == "" || diff.From == diff.To && diff.Change != compare.Moved {
				t.Fatalf("%s: says nothing: %+v", what, diff)
			}
		}
		mirrored(t, what, told, compare.Versions(mutant, d))
	}
	return tried
}

// TestSeveralMutationsMirror holds the mirror also where several things changed.
func TestSeveralMutationsMirror(t *testing.T) {
	all := library(t)
	rapid.Check(t, func(rt *rapid.T) {
		d := rapid.SampledFrom(all).Draw(rt, "pathway")
		mutant := d
		var did []string
		for range rapid.IntRange(1, 4).Draw(rt, "changes") {
			m := mutatorOf(t, mutant)
			next, what := m.mutate(t, rapid.IntRange(0, len(m.sites)-1).Draw(rt, "which"))
			if next != nil {
				mutant = next
				did = append(did, what)
			}
		}
		told := compare.Versions(d, mutant)
		if (len(told.Differences) == 0) != (content(t, d) == content(t, mutant)) {
			rt.Fatalf("%d differences after %q", len(told.Differences), did)
		}
		mirrored(rt, strings.Join(did, ", "), told, compare.Versions(mutant, d))
	})
}

type failer interface {
	Helper()
	Fatalf(format string, args ...any)
}

func mirrored(t failer, what string, there, back compare.Comparison) {
	t.Helper()
	want, got := make([]string, 0, len(there.Differences)), make([]string, 0, len(back.Differences))
	for _, d := range there.Differences {
		want = append(want, shape(d))
	}
	for _, d := range back.Differences {
		d.From, d.To, d.FromLine, d.ToLine = d.To, d.From, d.ToLine, d.FromLine
		switch d.Change {
		case compare.Added:
			d.Change = compare.Removed
		case compare.Removed:
			d.Change = compare.Added
		case compare.Changed, compare.Renamed, compare.Moved:
		}
		got = append(got, shape(d))
	}
	slices.Sort(want)
	slices.Sort(got)
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Fatalf("%s: the other way round says something else:\n%s", what, diff)
	}
}

func shape(d compare.Difference) string {
	return fmt.Sprintf("%s %s %s %s %q %q %d %d %t", d.Kind, d.Change, d.Severity, d.Path, d.From, d.To, d.FromLine, d.ToLine, d.Guess)
}

// content is all that a definition says, version and lines aside, found by other means than the
// comparison's.
func content(t testing.TB, d *pathways.Definition) string {
	t.Helper()
	var copied pathways.Definition
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(text, &copied); err != nil {
		t.Fatal(err)
	}
	copied.Version = 0
	withoutLines(reflect.ValueOf(&copied))
	return pathways.Digest(&copied)
}

func withoutLines(v reflect.Value) {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			withoutLines(v.Elem())
		}
	case reflect.Slice:
		for i := range v.Len() {
			withoutLines(v.Index(i))
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "Line" {
				v.Field(i).SetZero()
				continue
			}
			withoutLines(v.Field(i))
		}
	default:
	}
}

// site is one place of a definition's JSON with one thing that can be done to it, and undone.
type site struct {
	what     string
	do, undo func()
}

// mutator mutates one definition, one site after another.
type mutator struct {
	tree  map[string]any
	sites []site
}

func mutatorOf(t testing.TB, d *pathways.Definition) *mutator {
	t.Helper()
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	m := &mutator{}
	if err := json.Unmarshal(text, &m.tree); err != nil {
		t.Fatal(err)
	}
	m.visit("", m.tree)
	return m
}

// mutate does the i-th thing that can be done; nil where the definition's types do not hold it.
func (m *mutator) mutate(t testing.TB, i int) (*pathways.Definition, string) {
	t.Helper()
	m.sites[i].do()
	defer m.sites[i].undo()
	text, err := json.Marshal(m.tree)
	if err != nil {
		t.Fatal(err)
	}
	var mutant pathways.Definition
	if json.Unmarshal(text, &mutant) != nil {
		return nil, m.sites[i].what
	}
	return &mutant, m.sites[i].what
}

func (m *mutator) visit(path string, object map[string]any) {
	for _, key := range slices.Sorted(maps.Keys(object)) {
		at, value := path+"."+key, object[key]
		restore := func() { object[key] = value }
		m.add("drop "+at, func() { delete(object, key) }, restore)
		switch v := value.(type) {
		case map[string]any:
			m.visit(at, v)
		case []any:
			m.visitList(at, v, func(changed []any) { object[key] = changed })
		default:
			m.add("change "+at, func() { object[key] = other(v) }, restore)
		}
	}
}

func (m *mutator) visitList(path string, list []any, set func([]any)) {
	restore := func() { set(list) }
	for i, item := range list {
		at := fmt.Sprintf("%s[%d]", path, i)
		m.add("drop "+at, func() { set(slices.Delete(slices.Clone(list), i, i+1)) }, restore)
		m.add("repeat "+at, func() { set(slices.Insert(slices.Clone(list), i, item)) }, restore)
		if i > 0 {
			m.add("swap "+at, func() {
				swapped := slices.Clone(list)
				swapped[i-1], swapped[i] = swapped[i], swapped[i-1]
				set(swapped)
			}, restore)
		}
		if object, ok := item.(map[string]any); ok {
			m.visit(at, object)
			continue
		}
		m.add("change "+at, func() {
			changed := slices.Clone(list)
			changed[i] = other(item)
			set(changed)
		}, restore)
	}
}

func (m *mutator) add(what string, do, undo func()) {
	m.sites = append(m.sites, site{what, do, undo})
}

func other(v any) any {
	switch x := v.(type) {
	case string:
		return x + "x"
	case bool:
		return !x
	case float64:
		return x + 1
	}
	return "x"
}
