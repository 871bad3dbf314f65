package pathways

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestInvalidDefinitions holds every refusal to its place and words. Each file of
// testdata/invalid has one thing wrong; beside it stands what must be said about it.
func TestInvalidDefinitions(t *testing.T) {
	files, err := filepath.Glob("testdata/invalid/*.yaml")
	if err != nil || len(files) < 200 {
		t.Fatalf("%d invalid definitions: %v", len(files), err)
	}
	parts := JoinParts(testParts(t), LibraryParts())
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".yaml"), func(t *testing.T) {
			src, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, problems := LoadWith(filepath.Base(file), src, parts)
			if len(problems.Errors()) == 0 {
				t.Fatal("nothing was refused")
			}
			golden := strings.TrimSuffix(file, ".yaml") + ".golden"
			got := problems.String() + "\n"
			if *update {
				if err := os.WriteFile(golden, []byte(got), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// A pathway that writes nothing needs no languages.
func TestLanguagesWithoutAMessage(t *testing.T) {
	src, err := libraryFiles.ReadFile("library/social-needs-screening.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := Load("odd.yaml", append([]byte("languages: [en, es]\n"), src...))
	if len(problems) != 1 || !strings.Contains(problems[0].Message, "no message is written in them") || problems[0].Line != 1 {
		t.Errorf("%s", problems)
	}
}

// TestOddDefinitions changes a definition that checks clean into one that is legal but odd.
func TestOddDefinitions(t *testing.T) {
	src, err := libraryFiles.ReadFile("library/social-need-referral.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct{ name, before, after, want string }{
		{"unused clock", "clocks:\n", "clocks:\n  spare: {from: enrolled, within: 1 day}\n", "nothing uses the clock spare"},
		{"unused ladder", "ladders:\n", "ladders:\n  spare:\n    - {at: due, escalate: supervisor}\n", "nothing uses the ladder spare"},
		{"fact of nowhere", "facts:\n", "facts:\n  spare: {type: bool}\n", "it may never be known"},
		{"unusual role", "owner: community_health_worker", "owner: doula", `the role "doula" is none of the usual ones`},
		{"escalation to the owner", "owner: community_health_worker", "owner: supervisor", "the ladder offer escalates offer to supervisor, who owns it"},
		{"statutory without source", "period: {from: enrolled, within: 90 days}", "period: {from: enrolled, within: 90 days, pause: never}", "has no source"},
		{"no clock ends it", "  - {clock: period, as: finished-incomplete, because: Ninety days are over and the need is not known to be met}\n", "", "no clock ends the pathway"},
		{"outlives the patient", "  - {on: patient.died, as: deceased}\n", "", "does not end when the patient dies"},
		{"clock of a step that may not have ended", "confirmation: {from: start", "confirmation: {from: unmet.ended_at", "which may not be known when confirm opens"},
		{"a stop that comes too late", "  - id: refer\n", "  - id: hello\n    message: {to: patient, template: working-on-it, stops_when: offer.ended}\n    optional: true\n\n  - id: refer\n", "hello goes out as soon as the pathway starts: nothing can stop it before"},
		{"partner clocks in a strange order", "first_contact: 4 business days", "first_contact: 1 business day", "first_contact ends before the clock that should end first"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(string(src), tc.before) {
				t.Fatalf("%q is not in the file", tc.before)
			}
			d, problems := Load("odd.yaml", []byte(strings.Replace(string(src), tc.before, tc.after, 1)))
			if errs := problems.Errors(); len(errs) > 0 {
				t.Fatalf("refused:\n%s", errs)
			}
			if !strings.Contains(problems.String(), tc.want) {
				t.Errorf("no warning with %q in:\n%s", tc.want, problems)
			}
			if err := problems.Err(); err != nil {
				t.Errorf("a warning became an error: %v", err)
			}
			if _, err := Compile(d); err != nil {
				t.Errorf("it does not compile: %v", err)
			}
		})
	}
}

// TestDocumentedExample holds the language's page to its word: its first example checks clean.
func TestDocumentedExample(t *testing.T) {
	page, err := os.ReadFile("../docs/pathway-language.md")
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(page), "```yaml\n")
	example, _, found := strings.Cut(rest, "```")
	if !found {
		t.Fatal("the page has no example")
	}
	if _, problems := Load("example.yaml", []byte(example)); len(problems) > 0 {
		t.Errorf("the example does not check clean:\n%s", problems)
	}
}

// TestDocumentedNames holds the page to the names that exist.
func TestDocumentedNames(t *testing.T) {
	page, err := os.ReadFile("../docs/pathway-language.md")
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, k := range EventKinds {
		names = append(names, "`"+k.Name+"`")
		for _, f := range k.Attributes {
			names = append(names, "`"+f.Name+"`")
		}
	}
	for _, facts := range [][]Fact{PatientFacts, StepFacts, AppointmentFacts, QuestionnaireFacts, ScoreFacts, PathwayFacts, AttemptFacts} {
		for _, f := range facts {
			names = append(names, "."+f.Name)
		}
	}
	for _, list := range [][]string{Roles, Requirements, stepClocks, Placeholders, Kinds, relationKinds, missingRules, answerTypes, sensitivityLabels()} {
		names = append(names, list...)
	}
	for _, n := range names {
		if !strings.Contains(string(page), n) {
			t.Errorf("the page does not mention %s", n)
		}
	}
}

// TestOddFilesAreReadInTime gives the reader what is legal in size and unkind in shape.
func TestOddFilesAreReadInTime(t *testing.T) {
	const n = maxFileBytes - 64
	repeated := func(unit string) string { return strings.Repeat(unit, n/len(unit)) }
	for name, src := range map[string]string{
		"many keys":      "pathway: x\n" + numbered("k%d: v\n", 20_000),
		"many facts":     "facts:\n" + numbered("  f%d: {type: bool}\n", 4_000),
		"many steps":     "steps:\n" + numbered("  - {id: s%[1]d, milestone: M, after: s%[1]d}\n", 2_000),
		"a great circle": "steps:\n  - {id: s0, milestone: M, after: s199}\n" + circle(199),
		"long text":      "title: " + repeated("a") + "\n",
		"dashes":         repeated("- "),
		"open brackets":  repeated("["),
		"open quotes":    repeated("\"\n"),
		"colons":         repeated("a: "),
		"deeper indents": indents(500),
		"blank":          repeated(" \n"),
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, problems := Load("odd.yaml", []byte(src))
			if len(problems.Errors()) == 0 {
				t.Error("nothing was refused")
			}
			if took := time.Since(began); took > 20*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}

func numbered(format string, n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, format, i)
	}
	return b.String()[:min(b.Len(), maxFileBytes-64)]
}

func indents(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func circle(n int) string {
	var b strings.Builder
	for i := 1; i <= n; i++ {
		fmt.Fprintf(&b, "  - {id: s%d, milestone: M, after: s%d}\n", i, i-1)
	}
	return b.String()
}

// testParts are parts that are wrong, or clash.
func testParts(t testing.TB) *PartSet {
	t.Helper()
	parts, err := PartsIn(os.DirFS("testdata"), "parts")
	if err != nil {
		t.Fatal(err)
	}
	return parts
}
