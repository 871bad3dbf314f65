package verify_test

import (
	"flag"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/goccy/go-yaml"

	"throughline/pathways"
	"throughline/pathways/simulate"
	"throughline/pathways/verify"
)

var alone = flag.Bool("alone", false, "count how many mutants the exploration alone refuses, with the checks of form and the scenarios off")

// TestExplorationAlone counts the mutants that the exploration refuses by itself, for whoever wants to know
// what each of the three is worth. It holds nothing that TestMutations does not, and takes a minute.
func TestExplorationAlone(t *testing.T) {
	if !*alone {
		t.Skip("only with -alone")
	}
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	all, refused, unrunnable := 0, 0, 0
	for _, d := range library {
		j := newJudge(t, d.Pathway)
		for _, m := range mutants(j.tree) {
			all++
			src, err := j.written(m.tree)
			if err != nil {
				t.Fatal(err)
			}
			broken, _ := pathways.Load(j.file, src)
			if broken == nil {
				unrunnable++
				continue
			}
			switch r, err := verify.Check(broken, brief); {
			case err != nil:
				unrunnable++
			case r.Refuted():
				refused++
			}
		}
	}
	t.Logf("of %d mutants the exploration alone refuses %d; %d more cannot be run at all", all, refused, unrunnable)
	if refused == 0 {
		t.Error("the exploration refuses nothing")
	}
}

// brief bounds the exploration of a mutant.
var brief = verify.Limits{Turns: 400, States: 400, Target: 60, Effects: 2000, Cost: 2_000_000, PerDay: 60}

// TestMutations breaks every pathway that ships in every place that patients rely on, one place at
// a time: each owner, clock, rung, edge, end, language, consent and outcome is taken out. What
// remains must be refused, by the checks of its form, its scenarios or the exploration, at a line
// and with a sentence that a clinician understands.
func TestMutations(t *testing.T) {
	library, err := pathways.Library()
	if err != nil {
		t.Fatal(err)
	}
	var all tally
	results := make([]tally, len(library))
	var group sync.WaitGroup
	turn := make(chan struct{}, 2)
	for i, d := range library {
		group.Go(func() {
			turn <- struct{}{}
			defer func() { <-turn }()
			results[i] = mutate(t, d.Pathway)
		})
	}
	group.Wait()
	for i, d := range library {
		t.Logf("%-26s %s", d.Pathway, &results[i])
		all.add(&results[i])
	}
	t.Logf("%-26s %s", "in all", &all)
	if all.refused() < 100*len(library) {
		t.Errorf("only %d mutants: the suite does not find the parts of the pathways", all.refused())
	}
}

// tally counts mutants, by what refused them.
type tally struct {
	byForm, byScenario, byStates, survived int
}

func (a *tally) add(b *tally) {
	a.survived += b.survived
	a.byForm += b.byForm
	a.byScenario += b.byScenario
	a.byStates += b.byStates
}

func (a *tally) refused() int { return a.byForm + a.byScenario + a.byStates }

func (a *tally) String() string {
	return fmt.Sprintf("%4d of %4d mutants refused (by form %d, by scenario %d, by exploration %d)",
		a.refused(), a.refused()+a.survived, a.byForm, a.byScenario, a.byStates)
}

// mutate tries every mutant of one pathway.
func mutate(t *testing.T, key string) tally {
	j := newJudge(t, key)
	var count tally
	for _, m := range mutants(j.tree) {
		refusedBy, p := j.verdict(m.tree)
		switch refusedBy {
		case "form":
			count.byForm++
		case "scenario":
			count.byScenario++
		case "exploration":
			count.byStates++
		default:
			count.survived++
			t.Errorf("%s: without %s it is accepted", key, m.what)
			continue
		}
		if why := unclear(p); why != "" {
			t.Errorf("%s: without %s it is refused, but %s: %s", key, m.what, why, p)
		}
	}
	return count
}

// judge refuses mutants of one pathway, by what is cheapest first.
type judge struct {
	file      string
	tree      yaml.MapSlice
	scenarios []simulate.Scenario
	parts     map[string][]byte // of trees, as they are written; by what they hold
}

func newJudge(t *testing.T, key string) *judge {
	t.Helper()
	src := read(t, "../library/"+key+".yaml")
	j := &judge{file: key + ".yaml", parts: map[string][]byte{}}
	if err := yaml.UnmarshalWithOptions(src, &j.tree, yaml.UseOrderedMap()); err != nil {
		t.Fatal(err)
	}
	_, scenarios, err := pathways.LibraryScenarios(key)
	if err != nil {
		t.Fatal(err)
	}
	if j.scenarios, err = simulate.LoadScenarios(key+".scenarios.yaml", scenarios); err != nil {
		t.Fatal(err)
	}
	if by, p := j.verdict(j.tree); by != "" {
		t.Fatalf("%s is refused as it is: %s", key, p)
	}
	return j
}

// written writes a tree. What an earlier mutant had too is not written anew: they differ in one place.
func (j *judge) written(tree yaml.MapSlice) ([]byte, error) {
	var out []byte
	for _, item := range tree {
		parts := []any{yaml.MapSlice{item}}
		if steps, ok := item.Value.([]any); ok && item.Key == "steps" && len(steps) > 0 {
			out, parts = append(out, "steps:\n"...), nil
			for _, step := range steps {
				parts = append(parts, []any{step})
			}
		}
		for _, part := range parts {
			key := fmt.Sprintf("%v", part)
			if _, known := j.parts[key]; !known {
				text, err := yaml.Marshal(part)
				if err != nil {
					return nil, err
				}
				j.parts[key] = text
			}
			out = append(out, j.parts[key]...)
		}
	}
	return out, nil
}

// verdict says what refuses a definition, and with what; empty where nothing does.
func (j *judge) verdict(tree yaml.MapSlice) (by string, p pathways.Problem) {
	src, err := j.written(tree)
	if err != nil {
		return "", pathways.Problem{Message: err.Error()}
	}
	d, problems := pathways.Load(j.file, src)
	if errs := problems.Errors(); len(errs) > 0 {
		return "form", errs[0]
	}
	i, why, err := simulate.Failing(d, j.scenarios)
	if err != nil {
		return "", pathways.Problem{Message: err.Error()}
	}
	if i >= 0 {
		s := j.scenarios[i]
		j.scenarios = append([]simulate.Scenario{s}, slices.Delete(slices.Clone(j.scenarios), i, i+1)...) // it will find the next one too
		return "scenario", pathways.Problem{File: j.file, Line: s.Line, Message: why, Severity: pathways.SeverityError}
	}
	r, err := verify.Check(d, brief)
	if err != nil {
		return "", pathways.Problem{Message: err.Error()}
	}
	for _, f := range r.Findings {
		if f.Severity == pathways.SeverityError {
			return "exploration", f.Problem
		}
	}
	return "", pathways.Problem{}
}

// jargon is what no clinician should have to read.
var jargon = regexp.MustCompile(`(?i)\b(nil|null|panic|goroutine|undeclared|overload|cel|yaml:|unmarshal|struct|interface|token|regexp?|stack|pointer|enum)\b|%!|0x|\{\}|<nil>|\[\]`)

// verbs are those that the refusals' sentences are made with.
var verbs = regexp.MustCompile(`\b(is|are|was|has|have|does|do|can|cannot|may|must|needs?|waits?|ends?|starts?|says?|gives?|goes|names?|means?|brings?|owns?|comes?|happens?|holds?|counts?|depends|fulfils|begins|expects|belongs|asks?|leads|makes|makes|appears|should|will|became|becomes|escalates|repeats|knows?|known|missing|uses|called|wants|would|there|answers|opens|suspends|reads?|takes?|keeps?|did|applies|stands?)\b`)

// unclear says what keeps a refusal from being a sentence at a line.
func unclear(p pathways.Problem) string {
	words := strings.Fields(p.Message)
	switch {
	case p.Line < 1:
		return "it names no line"
	case len(words) < 3:
		return "it is no sentence"
	case jargon.MatchString(p.Message):
		return "it speaks as programs do"
	case !verbs.MatchString(p.Message):
		return "it says nothing of anything"
	}
	return ""
}

// mutant is a definition with one part taken out.
type mutant struct {
	what string
	tree yaml.MapSlice
}

// mutants lists those of a definition, in the file's order.
func mutants(tree yaml.MapSlice) []mutant {
	f := &finder{root: tree}
	f.header()
	f.launch()
	f.each("facts", func(p path) { f.part(p.to("from")) })
	f.each("clocks", f.clock)
	f.each("ladders", f.ladder)
	f.each("messages", f.message)
	for i := range list(get(tree, "steps")) {
		f.step(path{"steps", i})
	}
	f.each("tracks", f.track)
	for i := range list(get(tree, "ends")) {
		f.end(path{"ends", i})
	}
	return f.found
}

// finder walks a tree and collects its mutants.
type finder struct {
	root  yaml.MapSlice
	found []mutant
}

// path leads to a part: keys and positions.
type path []any

func (p path) to(more ...any) path { return append(slices.Clone(p), more...) }

// part adds the mutant without the part at the path, where there is one.
func (f *finder) part(p path) {
	if find(f.root, p) != nil {
		f.found = append(f.found, mutant{what: f.named(p), tree: asMap(edit(f.root, p, remove{}))})
	}
}

// named says which part is at a path: steps.visit.owner, and what it says.
func (f *finder) named(p path) string {
	var b strings.Builder
	for i, at := range p {
		if id := get(asMap(find(f.root, p[:i+1])), "id"); id != nil {
			at = id
		}
		fmt.Fprintf(&b, ".%v", at)
	}
	text, err := yaml.MarshalWithOptions(find(f.root, p), yaml.Flow(true))
	if err != nil {
		return b.String()[1:]
	}
	return b.String()[1:] + ": " + strings.TrimSpace(string(text))
}

func (f *finder) header() {
	f.part(path{"owner"})
	for i := range list(get(f.root, "languages")) {
		f.part(path{"languages", i})
	}
}

func (f *finder) launch() {
	f.part(path{"launch", "on"})
	f.part(path{"launch", "when"})
	f.part(path{"launch", "once_per"})
	f.part(path{"launch", "while_active", "policy"})
	for i := range list(find(f.root, path{"launch", "unless"})) {
		f.part(path{"launch", "unless", i})
		f.part(path{"launch", "unless", i, "when"})
		f.part(path{"launch", "unless", i, "because"})
	}
	for i := range list(get(f.root, "relations")) {
		f.part(path{"relations", i, "is"})
	}
	for i := range list(get(f.root, "uses")) {
		f.part(path{"uses", i})
	}
}

func (f *finder) each(key string, do func(p path)) {
	for _, item := range asMap(get(f.root, key)) {
		do(path{key, item.Key})
	}
}

func (f *finder) clock(p path) {
	f.part(p)
	f.part(p.to("from"))
	f.part(p.to("within"))
}

func (f *finder) ladder(p path) {
	for i := range list(find(f.root, p)) {
		f.part(p.to(i))
	}
}

func (f *finder) message(p path) {
	for _, item := range asMap(find(f.root, p)) {
		f.part(p.to(item.Key))
	}
}

func (f *finder) step(p path) {
	f.part(p.to("owner"))
	f.part(p.to("clock"))
	f.part(p.to("due"))
	f.part(p.to("ladder"))
	f.part(p.to("after"))
	f.part(p.to("when"))
	f.part(p.to("on"))
	f.part(p.to("wait", "for"))
	f.part(p.to("wait", "on"))
	f.part(p.to("wait", "until"))
	f.part(p.to("message", "stops_when"))
	f.part(p.to("repeat", "until"))
	for _, key := range []string{"acknowledge", "first_contact", "outcome", "otherwise", "consent"} {
		f.part(p.to("referral", key))
	}
	f.part(p.to("referral", "consent_from"))
	for i := range list(find(f.root, p.to("outcomes"))) {
		f.part(p.to("outcomes", i))
	}
	f.part(p.to("excused", "when"))
}

func (f *finder) track(p path) {
	f.part(p.to("on"))
	f.part(p.to("when"))
	for i := range list(find(f.root, p.to("steps"))) {
		f.part(p.to("steps", i))
	}
}

func (f *finder) end(p path) {
	f.part(p)
	f.part(p.to("when"))
	f.part(p.to("on"))
	f.part(p.to("clock"))
	f.part(p.to("as"))
}

// remove stands for the absence of a part.
type remove struct{}

// edit gives a copy of the tree in which the part at the path is another, or gone.
func edit(node any, p path, to any) any {
	if len(p) == 0 {
		return to
	}
	switch n := node.(type) {
	case yaml.MapSlice:
		var out yaml.MapSlice
		for _, item := range n {
			if item.Key == p[0] {
				v := edit(item.Value, p[1:], to)
				if v == (remove{}) {
					continue
				}
				item.Value = v
			}
			out = append(out, item)
		}
		return out
	case []any:
		var out []any
		for i, item := range n {
			if i == p[0] {
				item = edit(item, p[1:], to)
				if item == (remove{}) {
					continue
				}
			}
			out = append(out, item)
		}
		return out
	}
	return node
}

func find(node any, p path) any {
	for _, at := range p {
		switch n := node.(type) {
		case yaml.MapSlice:
			node = get(n, at)
		case []any:
			i, ok := at.(int)
			if !ok || i >= len(n) {
				return nil
			}
			node = n[i]
		default:
			return nil
		}
	}
	return node
}

func get(m yaml.MapSlice, key any) any {
	for _, item := range m {
		if item.Key == key {
			return item.Value
		}
	}
	return nil
}

func list(v any) []any {
	items, _ := v.([]any)
	return items
}

func asMap(v any) yaml.MapSlice {
	m, _ := v.(yaml.MapSlice)
	return m
}
