package e2e

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// given are values by their names, in that order.
func given(values map[string]any) []care.FactValue {
	var facts []care.FactValue
	for name, v := range values {
		facts = append(facts, care.FactValue{Name: name, Value: v})
	}
	slices.SortFunc(facts, func(a, b care.FactValue) int { return cmp.Compare(a.Name, b.Name) })
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
		return pickOne(w.person, f.Values)
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
func onQuestions(w *twin) *what {
	var asked []*engine.Step
	for _, st := range w.world.State.Steps {
		if st.Kind == pathways.KindQuestionnaire && st.Status != care.StepWaiting && (st.Status == care.StepOpen || w.chance(20)) {
			asked = append(asked, st)
		}
	}
	if len(asked) == 0 {
		return nil
	}
	st := pickOne(w.person, asked)
	answers := w.formAnswers(w.engine.Definition().StepByID(st.ID).FormName(), "answered")
	return told("/enrollments/"+w.id+"/questionnaires/"+st.ID+"/answers", map[string]any{"occurrence": st.Occurrence, "answers": answers},
		engine.Event{Kind: engine.QuestionsAnswered, Step: st.ID, Occurrence: st.Occurrence, Answers: given(answers)})
}

// measured is where the values of what pathways watch lie: weight, oxygen, A1c, sugar.
var measured = map[string][2]int{"29463-7": {170, 190}, "2708-6": {82, 96}, "4548-4": {6, 11}, "2339-0": {40, 450}, theTest: {3, 8}}

// onObservation tells a result of something that the pathway watches.
func onObservation(w *twin) *what {
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
	code := pickOne(w.person, codes)
	between := measured[code]
	at := w.d.now.Add(-time.Duration(w.rng.IntN(6)) * time.Hour).UTC().Truncate(time.Minute)
	report := care.ObservationReport{
		Identifier: care.Identifier{System: "a device", Value: fmt.Sprintf("%s-%d", code, len(w.did))}, Code: care.Coding{System: "http://loinc.org", Code: code},
		Value: strconv.Itoa(between[0] + w.rng.IntN(between[1]-between[0])), Status: pickOne(w.person, []string{"final", "final", "final", "preliminary", "corrected"}),
		Critical: w.chance(30), ObservedAt: &at,
	}
	return told("/enrollments/"+w.id+"/events", map[string]any{"kind": engine.ObservationMade, "observation": report}, engine.Event{Kind: engine.ObservationMade, Observation: &report})
}
