package pathways

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// change is a definition made wrong in one place, and what must be said of it.
type change struct{ name, before, after, want string }

// refusals holds that each change of a sound definition is refused with its sentence, at a line of
// the file that was changed.
func refusals(t *testing.T, file string, changes []change) {
	t.Helper()
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if _, problems := Load(file, src); len(problems.Errors()) > 0 {
		t.Fatalf("the sound definition is refused:\n%s", problems.Errors())
	}
	for _, tc := range changes {
		t.Run(tc.name, func(t *testing.T) {
			if !strings.Contains(string(src), tc.before) {
				t.Fatalf("%q is not in the file", tc.before)
			}
			_, problems := Load("wrong.yaml", []byte(strings.Replace(string(src), tc.before, tc.after, 1)))
			errs := problems.Errors()
			if !strings.Contains(errs.String(), tc.want) {
				t.Fatalf("no refusal with %q in:\n%s", tc.want, errs)
			}
			for _, p := range errs {
				if p.Line < 1 || p.Column < 1 || p.Message == "" {
					t.Errorf("a refusal without place or words: %+v", p)
				}
			}
		})
	}
}

func TestWrongQuestionnaires(t *testing.T) {
	const survey = "questionnaire: {to: patient, form: medicines, within: 3 days, unanswered: skip}"
	with := func(instead string) string { return "questionnaire: {" + instead + "}" }
	refusals(t, "engine/testdata/questions.yaml", []change{
		{"to nobody", survey, with("form: medicines, within: 3 days"), "the questions go to nobody"},
		{"to a misspelt role", "to: pharmacist", "to: pharmacis", `there is no role "pharmacis"`},
		{"no form", survey, with("to: patient, within: 3 days"), "the questionnaire asks nothing"},
		{"a form that is not there", survey, with("to: patient, form: medicine, within: 3 days"), `there is no form "medicine"`},
		{"without an end", survey, with("to: patient, form: medicines"), "does not say how long it waits"},
		{"a time that is none", survey, with("to: patient, form: medicines, within: soon"), "soon"},
		{"no such silence", survey, with("to: patient, form: medicines, within: 3 days, unanswered: ignore"), `unanswered cannot be "ignore"`},
		{"silence of staff", "to: pharmacist, form: medicines, within: 1 business day", "to: pharmacist, form: medicines, within: 1 day, unanswered: skip", "keeps the task, so unanswered means nothing"},
		{"a message to staff", "to: pharmacist,", "to: pharmacist, template: please-tell,", "a member of staff is given a task, not a message"},
		{"a message that is not there", "template: please-tell}", "template: please-ask}", `there is no message "please-ask"`},
		{"a language nobody has words for", "languages: [en, es]", "languages: [en, es, fr]", "nothing is written in fr that would bring the patient the questions"},
		{"a ladder that is not there", "ladder: answers", "ladder: answer", `there is no ladder "answer"`},
		{"outcomes of a patient", "{id: note, ask: Anything else?, type: string}", "{id: note, ask: Anything else?, type: string, for: [reached]}", "its answers have no outcomes to choose from"},
		{"an answer that is taken", "{id: note,", "{id: answered,", `every questionnaire already has "answered"`},
		{"an answer like the score", "{id: note,", "{id: score,", `"score" is the name of what the form comes to`},
		{"a clock beside within", survey, survey + "\n    clock: period", "clock means nothing on a questionnaire"},
		{"two kinds", survey, survey + "\n    task: Call", "is task and questionnaire at once"},
		{"unknown key", survey, with("to: patient, form: medicines, within: 3 days, temlate: please-tell"), `unknown key "temlate"`},
		{"points too few", "points: [0, 1, 3]", "points: [0, 1]", "there are 2 points where 3 belong"},
		{"points of a yes", "required: true, points: 2", "required: true, points: [2, 3]", "there are 2 points where 1 belong"},
		{"points of a text", "{id: note, ask: Anything else?, type: string}", "{id: note, ask: Anything else?, type: string, points: 1}", "points are counted for"},
		{"points for nothing", "{id: count, ask: How many medicines?, type: int, min: 0, max: 40, unit: boxes, required: true}", "{id: count, ask: How many medicines?, type: int, required: true, points: 1}", "the form medicines is not scored"},
		{"a score of nothing", "  medicines:\n", "  medicines:\n    score: {by: sum}\n", "no question of the form has points"},
		{"a score that may be missing", "points: [0, 1, 3], required: true}", "points: [0, 1, 3]}", "the score does not say what it is without an answer to weight"},
		{"a score by nobody", "score: {by: sum}", "score: {by: sums}", `nothing scores by "sums"`},
		{"a strange rule for missing", "score: {by: sum}", "score: {by: sum, missing: mean}", `a missing answer cannot count "mean"`},
		{"codes too few", `values: ["no", "little", "much"],`, `values: ["no", "little", "much"], codes: [LA1-1],`, "there are 3 values and 1 codes"},
		{"codes of a yes", "link: breath-1, code: 80246-6", "codes: [LA1-1]", "only a code has codes for its values"},
		{"an answer that comes later", "when: answer.breath,", "when: answer.note == \"x\",", "the question note comes later in the form"},
		{"an answer of another form", "when: answer.breath,", "when: answer.count > 1,", `answer.count`},
		{"an answer asked elsewhere", "when: event.score >= 3", "when: answer.breath", "answer.breath can be asked by a question of its form only"},
		{"an event of a step that asks nothing", "on: weekly_check.answered, when", "on: nurse_call.answered, when", `no event is called "nurse_call.answered"`},
		{"what an event does not tell", "when: event.count > 10", "when: event.score > 10", "pharmacy.answered has no event.score"},
		{"launched by itself", "launch: {once_per: request}", "launch: {on: survey.answered, once_per: request}", "asked by the pathway itself"},
		{"two events that tell otherwise", "{id: count, ask: How many medicines?, type: int, min: 0, max: 40, unit: boxes, required: true}", "{id: count, ask: How many?, type: int, required: true}\n      - {id: note, ask: What else?, type: bool}", "event.note is another kind of thing"},
	})
}

func TestOddQuestionnaires(t *testing.T) {
	src, err := os.ReadFile("engine/testdata/questions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	_, problems := Load("odd.yaml", []byte(strings.Replace(string(src), "every: 7 days", "every: 12 hours", 1)))
	if want := "asks again before it has given up waiting"; !strings.Contains(problems.String(), want) || problems.Err() != nil {
		t.Errorf("no warning with %q in:\n%s", want, problems)
	}
}

// TestQuestionnairesTravel holds that a definition with questions is the same after a trip through
// JSON, and that one without them has none of their keys in it.
func TestQuestionnairesTravel(t *testing.T) {
	for _, d := range mustLibrary(t) {
		again := travelled(t, d)
		if Digest(&again) != Digest(d) {
			t.Errorf("%s has another digest after a trip through JSON", d.Pathway)
		}
	}
	src, err := os.ReadFile("engine/testdata/questions.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, problems := Load("questions.yaml", src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	again := travelled(t, d)
	if Digest(&again) != Digest(d) {
		t.Error("the questions have another digest after a trip through JSON")
	}
	if roles := d.Roles(); !strings.Contains(strings.Join(roles, " "), "pharmacist") {
		t.Errorf("the pharmacist is none of %v", roles)
	}
}

func mustLibrary(t *testing.T) []*Definition {
	t.Helper()
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	return library
}

func travelled(t *testing.T, d *Definition) Definition {
	t.Helper()
	raw, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var again Definition
	if err := json.Unmarshal(raw, &again); err != nil {
		t.Fatal(err)
	}
	return again
}
