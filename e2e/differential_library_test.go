package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// The pathways that begin with an event here: what the event tells differs from one to the next.
const (
	afterDischarge = "post-discharge-tcm"
	afterNeed      = "social-need-referral"
)

// pathwayFor chooses which pathway a scenario is of: half are of the two that begin with an event, half
// of all the others, which a person asks for.
func pathwayFor(number int, library []*pathways.Definition) string {
	var asked []string
	for _, def := range library {
		if def.Pathway != afterDischarge && def.Pathway != afterNeed {
			asked = append(asked, def.Pathway)
		}
	}
	switch number % 8 {
	case 0, 2, 4:
		return afterDischarge
	case 6:
		return afterNeed
	}
	return asked[number/2%len(asked)]
}

// newPatient makes a patient who can be written to.
func (d *differential) newPatient(w *twin) error {
	a, err := d.sent(http.MethodPost, "/patients", map[string]any{"family_name": "Twin", "given_name": "Any", "language": "en", "telecoms": []map[string]string{{"system": "email", "value": "twin@patients.example"}}})
	if err != nil || a.status > 299 {
		return fmt.Errorf("making a patient: %s, %w", a, err)
	}
	var made struct{ ID string }
	if err := json.Unmarshal(a.body, &made); err != nil {
		return fmt.Errorf("reading the new patient: %w", err)
	}
	w.patient = made.ID
	return nil
}

// launchByRequest asks for a pathway with the facts that it must have, and with some of those that it
// may have.
func (d *differential) launchByRequest(w *twin, need string, facts map[string]any) error {
	if err := d.newPatient(w); err != nil {
		return err
	}
	const why = "asked for by a test"
	body := map[string]any{"patient_id": w.patient, "pathway": w.engine.Definition().Pathway, "reason": why, "facts": facts}
	if need != "" {
		body["need"] = need
	}
	a, err := d.sent(http.MethodPost, "/enrollments", body)
	if err != nil || a.status > 299 {
		return fmt.Errorf("enrolling a patient: %s, %w", a, err)
	}
	var made struct{ ID string }
	if err := json.Unmarshal(a.body, &made); err != nil {
		return fmt.Errorf("reading the new enrollment: %w", err)
	}
	w.id = made.ID
	w.notef("%s is asked for: %s %s", w.engine.Definition().Pathway, need, textOf(facts))
	w.begin(engine.Event{Kind: engine.Started, Actor: theAdmin, Reason: why, Launch: &engine.Launch{
		EnrollmentID: w.id, PatientID: w.patient, Zone: "America/New_York", Calendar: care.USFederalCalendar(), Patient: engine.PatientFacts{Language: "en", HasEmail: true},
		Need: need, Facts: given(facts),
	}}, d.directory)
	return nil
}

// given are values by their names, in that order.
func given(values map[string]any) []care.FactValue {
	var facts []care.FactValue
	for name, v := range values {
		facts = append(facts, care.FactValue{Name: name, Value: v})
	}
	slices.SortFunc(facts, func(a, b care.FactValue) int { return cmp.Compare(a.Name, b.Name) })
	return facts
}

// theTest is the code of the result that a scenario is about, where its pathway asks for one.
const theTest = "POT"

// launchFacts are what a person may know who asks for the pathway.
func (w *twin) launchFacts(now time.Time) map[string]any {
	facts := map[string]any{}
	day := now.In(time.FixedZone("about Eastern", -5*3600)).AddDate(0, 0, -w.rng.IntN(3))
	for _, f := range w.engine.Definition().Facts {
		if strings.HasPrefix(f.From, "patient.") || f.From == "event.need" || !f.Required && w.chance(50) {
			continue
		}
		switch f.Type {
		case pathways.TypeDate:
			facts[f.Name] = day.Format(time.DateOnly)
		case pathways.TypeDateTime:
			facts[f.Name] = now.Add(-time.Duration(w.rng.IntN(40)) * time.Minute).UTC().Truncate(time.Minute).Format(time.RFC3339)
		case pathways.TypeBool:
			facts[f.Name] = w.chance(60)
		case pathways.TypeCode:
			facts[f.Name] = pickOne(w, f.Values)
		case pathways.TypeString:
			if f.Required {
				facts[f.Name] = theTest
			}
		}
	}
	return facts
}

// formAnswers answers the questions of a form, most of them.
func (w *twin) formAnswers(name, outcome string) map[string]any {
	answers := map[string]any{}
	form := w.engine.Definition().TaskForm(name)
	if form == nil {
		return answers
	}
	for _, f := range form.Fields {
		if len(f.For) > 0 && !slices.Contains(f.For, outcome) || !f.Required && w.chance(40) || w.chance(3) {
			continue
		}
		answers[f.ID] = w.anAnswer(f)
	}
	return answers
}

func (w *twin) anAnswer(f pathways.Field) any {
	switch f.Type {
	case pathways.TypeBool:
		return w.chance(cmp.Or(oftenYes[f.ID], 50))
	case pathways.TypeInt, pathways.TypeNumber:
		return float64(w.rng.IntN(12))
	case pathways.TypeCode:
		return pickOne(w, f.Values)
	case pathways.TypeCodes:
		chosen := []any{}
		for _, value := range f.Values {
			if w.chance(30) {
				chosen = append(chosen, value)
			}
		}
		return chosen
	case pathways.TypeDate:
		return w.later(5).Format(time.DateOnly)
	case pathways.TypeDateTime:
		return w.later(1).Format(time.RFC3339)
	}
	return "words"
}

// onQuestions lets the patient answer a questionnaire, in time or too late.
func onQuestions(_ *differential, w *twin) *what {
	var asked []*engine.Step
	for _, st := range w.world.State.Steps {
		if st.Kind == pathways.KindQuestionnaire && st.Status != care.StepWaiting && (st.Status == care.StepOpen || w.chance(20)) {
			asked = append(asked, st)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	st := pickOne(w, asked)
	answers := w.formAnswers(w.engine.Definition().StepByID(st.ID).FormName(), "answered")
	return told("/enrollments/"+w.id+"/questionnaires/"+st.ID+"/answers", map[string]any{"occurrence": st.Occurrence, "answers": answers},
		engine.Event{Kind: engine.QuestionsAnswered, Step: st.ID, Occurrence: st.Occurrence, Answers: given(answers)})
}

// measured is where the values of what pathways watch lie: weight, oxygen, A1c, sugar.
var measured = map[string][2]int{"29463-7": {170, 190}, "2708-6": {82, 96}, "4548-4": {6, 11}, "2339-0": {40, 450}, theTest: {3, 8}}

// onObservation tells a result of something that the pathway watches.
func onObservation(_ *differential, w *twin) *what {
	var codes []string
	for _, f := range w.engine.Definition().Facts {
		if !strings.HasSuffix(f.Name, "_code") {
			continue
		}
		if code, isText := f.Default.(string); isText {
			codes = append(codes, code)
		} else {
			codes = append(codes, theTest)
		}
	}
	if len(codes) == 0 || w.chance(50) {
		return nil
	}
	code := pickOne(w, codes)
	between := measured[code]
	at := w.world.Now.Add(-time.Duration(w.rng.IntN(6)) * time.Hour).UTC().Truncate(time.Minute)
	report := care.ObservationReport{
		Identifier: care.Identifier{System: "a device", Value: fmt.Sprintf("%s-%d", code, len(w.did))}, Code: care.Coding{System: "http://loinc.org", Code: code},
		Value: strconv.Itoa(between[0] + w.rng.IntN(between[1]-between[0])), Status: pickOne(w, []string{"final", "final", "final", "preliminary", "corrected"}),
		Critical: w.chance(30), ObservedAt: &at,
	}
	return told("/enrollments/"+w.id+"/events", map[string]any{"kind": engine.ObservationMade, "observation": report}, engine.Event{Kind: engine.ObservationMade, Observation: &report})
}
