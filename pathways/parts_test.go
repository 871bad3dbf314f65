package pathways

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
)

// withParts is a pathway made of parts, and written what it comes to.
const withParts = `pathway: made-of-parts
version: 1
title: Made of parts
owner: nurse
languages: [en]
uses: [ladders@1]
launch: {on: request, once_per: request}
steps:
  - id: begin
    task: Begin
    due: 1 day
    ladder: up
  - include: {bundle: ask@2, as: meds, after: begin, with: {what: 'medicines, all of them'}}
  - include: {bundle: ask@2, as: visit, with: {what: the visit, who: physician}}
ends:
  - {on: patient.died, as: deceased}
  - {when: 'all(required) && meds_ask.outcome == "yes"', as: completed}
`

const laddersPart = `part: ladders
version: 1
title: Ladders
ladders:
  up:
    - {at: due, escalate: supervisor}
  unused:
    - {at: due, escalate: supervisor}
`

const askPart = `part: ask
version: 2
title: Ask and act
uses: [ladders@1]
parameters:
  what: {label: What is asked about}
  who: {default: pharmacist}
clocks:
  soon: {from: ask.ended_at, within: 2 days}
forms:
  ask:
    fields:
      - {id: act, ask: Is there to be done anything?, type: bool}
messages:
  thanks:
    en: {subject: Thank you, text: Thank you.}
    es: {subject: Gracias, text: Gracias.}
steps:
  - id: ask
    task: Ask about $what
    owner: $who
    due: 3 days
    ladder: up
    form: ask
    outcomes: ["yes", "no"]
  - id: act
    after: ask
    when: ask.act && "ask.act" != 'ask.act' && ask.outcome == "yes"
    task: Act
    clock: soon
    ladder: up
  - id: thanks
    after: [act]
    message: {to: patient, template: thanks, at: 1 hour after ask.ended_at, stops_when: act.missed}
    optional: true
  - id: survey
    questionnaire: {to: nurse, form: ask, within: 2 days}
  - id: risk
    on: survey.answered
    when: event.act
    score: {by: lace@1, inputs: {acute_admission: survey.act && act.done}}
`

const writtenOut = `pathway: made-of-parts
version: 1
title: Made of parts
owner: nurse
languages: [en]
launch: {on: request, once_per: request}
clocks:
  meds_soon: {from: meds_ask.ended_at, within: 2 days}
  visit_soon: {from: visit_ask.ended_at, within: 2 days}
ladders:
  up:
    - {at: due, escalate: supervisor}
forms:
  ask:
    fields:
      - {id: act, ask: Is there to be done anything?, type: bool}
messages:
  thanks:
    en: {subject: Thank you, text: Thank you.}
steps:
  - {id: begin, task: Begin, due: 1 day, ladder: up}
  - {id: meds_ask, task: "Ask about medicines, all of them", owner: pharmacist, due: 3 days, ladder: up, form: ask, outcomes: ["yes", "no"], after: begin}
  - {id: meds_act, after: meds_ask, when: "meds_ask.act && \"ask.act\" != 'ask.act' && meds_ask.outcome == \"yes\"", task: Act, clock: meds_soon, ladder: up}
  - {id: meds_thanks, after: [meds_act], message: {to: patient, template: thanks, at: 1 hour after meds_ask.ended_at, stops_when: meds_act.missed}, optional: true}
  - {id: meds_survey, after: begin, questionnaire: {to: nurse, form: ask, within: 2 days}}
  - {id: meds_risk, after: begin, on: meds_survey.answered, when: event.act, score: {by: lace@1, inputs: {acute_admission: meds_survey.act && meds_act.done}}}
  - {id: visit_ask, task: Ask about the visit, owner: physician, due: 3 days, ladder: up, form: ask, outcomes: ["yes", "no"]}
  - {id: visit_act, after: visit_ask, when: "visit_ask.act && \"ask.act\" != 'ask.act' && visit_ask.outcome == \"yes\"", task: Act, clock: visit_soon, ladder: up}
  - {id: visit_thanks, after: [visit_act], message: {to: patient, template: thanks, at: 1 hour after visit_ask.ended_at, stops_when: visit_act.missed}, optional: true}
  - {id: visit_survey, questionnaire: {to: nurse, form: ask, within: 2 days}}
  - {id: visit_risk, on: visit_survey.answered, when: event.act, score: {by: lace@1, inputs: {acute_admission: visit_survey.act && visit_act.done}}}
ends:
  - {on: patient.died, as: deceased}
  - {when: 'all(required) && meds_ask.outcome == "yes"', as: completed}
`

func partsOf(t testing.TB, sources ...string) *PartSet {
	t.Helper()
	var files []PartFile
	for _, src := range sources {
		name, _, _ := strings.Cut(strings.TrimPrefix(src, "part: "), "\n")
		files = append(files, PartFile{File: name + ".yaml", Source: []byte(src)})
	}
	set, err := NewPartSet(files...)
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func loadWith(t testing.TB, src string, parts Parts) *Definition {
	t.Helper()
	d, problems := LoadWith("made.yaml", []byte(src), parts)
	if len(problems.Errors()) > 0 {
		t.Fatal(problems)
	}
	return d
}

func TestPartsComeToWhatIsWrittenOut(t *testing.T) {
	made := loadWith(t, withParts, partsOf(t, laddersPart, askPart))
	written := loadWith(t, writtenOut, partsOf(t))
	ignore := cmp.Options{
		cmpopts.IgnoreFields(Definition{}, "Uses"),
		cmp.FilterPath(func(p cmp.Path) bool { return p.Last().String() == ".Line" }, cmp.Ignore()),
	}
	if diff := cmp.Diff(written, made, ignore); diff != "" {
		t.Error(diff)
	}
	if line := made.StepByID("visit_act").Line; line != 14 {
		t.Errorf("the step of a bundle stands in line %d, not in that of its include", line)
	}
	if line := made.LadderByName("up").Rungs[0].Line; line != 6 {
		t.Errorf("the rung of a part stands in line %d, not in that of its use", line)
	}
	if problems := Check(made); len(problems.Errors()) > 0 {
		t.Errorf("it does not check clean by itself: %s", problems)
	}
}

func TestDigestCoversTheParts(t *testing.T) {
	parts := partsOf(t, laddersPart, askPart)
	made := loadWith(t, withParts, parts)
	var used []string
	for _, u := range made.Uses {
		if !strings.HasPrefix(u.Digest, "sha256:") {
			t.Errorf("%s is used without a digest", u)
		}
		used = append(used, u.String())
	}
	if diff := cmp.Diff([]string{"ladders@1", "ask@2"}, used); diff != "" {
		t.Error(diff)
	}
	again := loadWith(t, withParts, parts)
	if Digest(made) != Digest(again) {
		t.Error("the same parts give another digest")
	}
	comment := loadWith(t, withParts, partsOf(t, laddersPart+"# a comment\n", askPart))
	if Digest(made) != Digest(comment) {
		t.Error("a comment in a part changes the digest")
	}
	for _, change := range []string{"escalate: supervisor}\n  unused|escalate: physician}\n  unused", "title: Ladders|title: Rungs"} {
		before, after, _ := strings.Cut(change, "|")
		other := loadWith(t, withParts, partsOf(t, strings.Replace(laddersPart, before, after, 1), askPart))
		if Digest(other) == Digest(made) {
			t.Errorf("%s: the digest is the same", change)
		}
	}
}

func TestPartSetRefusesASecondOfTheSameVersion(t *testing.T) {
	_, err := NewPartSet(PartFile{File: "a.yaml", Source: []byte(laddersPart)}, PartFile{File: "b.yaml", Source: []byte(laddersPart)})
	if err == nil || !strings.Contains(err.Error(), "ladders@1 is in a.yaml already") {
		t.Errorf("got %v", err)
	}
	_, err = NewPartSet(PartFile{File: "a.yaml", Source: []byte("title: Nothing\n")})
	if err == nil || !strings.Contains(err.Error(), "a.yaml") {
		t.Errorf("got %v", err)
	}
}

func TestTooManyPartsAreRefused(t *testing.T) {
	var sources, uses []string
	for i := range maxPartDepth + 2 {
		name, next := string(rune('a'+i))+"-part", string(rune('b'+i))+"-part"
		sources = append(sources, "part: "+name+"\nversion: 1\ntitle: Deep\nuses: "+next+"@1\n")
		uses = append(uses, name)
	}
	src := strings.Replace(withParts, "uses: [ladders@1]", "uses: "+uses[0]+"@1", 1)
	_, problems := LoadWith("deep.yaml", []byte(src), partsOf(t, sources...))
	if !strings.Contains(problems.String(), "more than 8 deep") {
		t.Errorf("got %s", problems)
	}
}

// TestLibraryParts holds every part that ships to being good by itself and within a pathway.
func TestLibraryParts(t *testing.T) {
	for _, u := range LibraryParts().Known() {
		file, _ := LibraryParts().Part(u.Part, u.Version)
		part, problems := LoadPart(file.File, file.Source, LibraryParts())
		if len(problems) > 0 {
			t.Errorf("%s:\n%s", u, problems)
		}
		if !strings.HasPrefix(PartDigest(part), "sha256:") {
			t.Errorf("%s has no digest", u)
		}
	}
	const reach = `pathway: reach
version: 1
title: Reach
owner: care_coordinator
languages: [en, es]
launch: {on: request, once_per: request}
clocks:
  period: {from: enrolled, within: 30 days}
steps:
  - include: {bundle: reach-patient@1, as: first, with: {about: how they are}}
ends:
  - {on: patient.died, as: deceased}
  - {when: first_call.outcome == "declined", as: revoked}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`
	d, problems := Load("reach.yaml", []byte(reach))
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	if !slices.Contains(d.Roles(), "medical_director") {
		t.Error("the bundle came without its ladders")
	}
	for _, u := range d.Uses {
		file, _ := LibraryParts().Part(u.Part, u.Version)
		part, _ := LoadPart(file.File, file.Source, LibraryParts())
		if u.Digest != PartDigest(part) {
			t.Errorf("%s is brought in as %s, and by itself it is %s", u, u.Digest, PartDigest(part))
		}
	}
}

// TestRemarksAreSaidWhereAPartIsUsed: wherever a part stands in its life, the pathway that uses it is
// told so at its own line; a part within a part is told at the line of that one.
func TestRemarksAreSaidWhereAPartIsUsed(t *testing.T) {
	parts := partsOf(t, laddersPart, askPart)
	f := parts.files["ladders@1"]
	f.Remark = Problem{Message: "the part ladders@1 is a draft still", Suggestion: "publish it", Severity: SeverityWarning}
	parts.files["ladders@1"] = f
	d, problems := LoadWith("made.yaml", []byte(withParts), parts)
	const said = "the part ladders@1 is a draft still"
	if len(problems.Errors()) > 0 || !strings.HasPrefix(problems.String(), "made.yaml:6:8: warning: "+said) || strings.Count(problems.String(), said) != 1 || d.LadderByName("up") == nil {
		t.Errorf("a warning: %s", problems)
	}
	f.Remark.Severity = SeverityError
	parts.files["ladders@1"] = f
	_, problems = LoadWith("made.yaml", []byte(withParts), parts)
	if len(problems.Errors()) != 1 || strings.Count(problems.String(), said) != 1 {
		t.Errorf("a refusal: %s", problems)
	}
	_, problems = LoadPart("ask.yaml", []byte(askPart), parts)
	if !strings.Contains(problems.String(), "ask.yaml:4:8: "+said) {
		t.Errorf("within a part: %s", problems)
	}
}

func TestLoadPartSaysWhatIsWrongByItself(t *testing.T) {
	for name, tc := range map[string]struct{ src, want string }{
		"a role":      {strings.Replace(laddersPart, "escalate: supervisor}\n  u", "escalate: supervisr}\n  u", 1), `ladders.yaml:6:27: there is no role "supervisr"`},
		"a step":      {"part: xx\nversion: 1\ntitle: X\nsteps:\n  - {id: a, task: Do, due: soon}\n", `ladders.yaml:5:28: "soon" is not an amount of time`},
		"nothing":     {"part: x\nversion: 1\ntitle: X\n", "the part holds nothing to use"},
		"a clock":     {"part: xx\nversion: 1\ntitle: X\nclocks:\n  c: {from: start, within: 1 day}\nladders:\n  l: [{at: due, escalate: supervisor}]\n", "only the steps of a part have clocks and parameters"},
		"twice":       {"part: xx\nversion: 1\ntitle: X\nsteps:\n  - {id: a, milestone: A}\n  - {id: a, milestone: B}\n", "there are two of steps a in the part"},
		"a bundle in": {"part: xx\nversion: 1\ntitle: X\nsteps:\n  - include: {bundle: ask@2, as: a}\n", "a bundle cannot include another"},
		"an answer":   {"part: xx\nversion: 1\ntitle: X\nforms:\n  f:\n    fields:\n      - {id: fell, ask: Fell?, type: bool}\n      - {id: times, ask: How often?, type: int, when: fell}\n", `ladders.yaml:8:55: nothing is called "fell" here (write answer.fell)`},
		"own steps":   {"part: xx\nversion: 1\ntitle: X\nsteps:\n  - {id: a, milestone: A}\n  - {id: b, when: a.oucome == \"x\", milestone: B}\n", `ladders.yaml:6:19: nothing is called "part_a.oucome" here`},
		"its name":    {"part: X Y\nversion: 0\nladders: {}\n", `"X Y" cannot be the name of a part`},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := LoadPart("ladders.yaml", []byte(tc.src), partsOf(t))
			if !strings.Contains(problems.String(), tc.want) {
				t.Errorf("got %s\nwant %s", problems, tc.want)
			}
		})
	}
}

// What only a pathway can tell is not held against a part.
func TestLoadPartLeavesThePathwaysNamesOpen(t *testing.T) {
	src := "part: xx\nversion: 1\ntitle: X\nforms:\n  f:\n    fields:\n      - {id: fell, ask: Fell?, type: bool}\n      - {id: times, ask: How often?, type: int, when: frail && answer.fell}\n"
	if _, problems := LoadPart("ladders.yaml", []byte(src), partsOf(t)); len(problems) > 0 {
		t.Error(problems)
	}
}

// TestPublishedPartsNeverChange: who used a version of a part must find the same one again. A change
// is a new version, in a file of its own.
func TestPublishedPartsNeverChange(t *testing.T) {
	want := map[string]string{
		"diagnoses@1":         "sha256:4283a7f128ee554bcff2c7b89b17caa74fe487beecfbd57c3efb728fad2b962c",
		"reach-patient@1":     "sha256:57c1777fb7bcceb1dc600d8317ad80385e35984e1d1c88cc7842f124b4763a02",
		"standard-ladders@1":  "sha256:bc747685a282c28ea68aced9ce1cabfa4725a7e2f48b1c1addcb3272518a48eb",
		"standard-messages@1": "sha256:a1df519f2a374e81410c5409e8318d46249292302d145f3ef985cb20e542ec32",
	}
	got := map[string]string{}
	for _, u := range LibraryParts().Known() {
		file, _ := LibraryParts().Part(u.Part, u.Version)
		part, _ := LoadPart(file.File, file.Source, LibraryParts())
		got[u.String()] = PartDigest(part)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}
