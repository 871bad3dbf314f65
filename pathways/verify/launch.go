package verify

import (
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// Where and when every story begins: a Tuesday without a holiday or a change of the clocks in the
// weeks after it.
const (
	zoneName    = "America/New_York"
	firstDay    = "2026-09-08"
	firstMoment = "2026-09-08T10:00:00-04:00"
)

// The ids of the one patient that is explored with, and of the stays.
var (
	enrollmentID = care.KeyID("explored enrollment")
	patientID    = care.KeyID("explored patient")
	ownStay      = care.KeyID("explored stay")
	otherStay    = care.KeyID("explored other stay")
)

// most launches that are tried; what goes beyond is said.
const maxLaunches = 12

// launcher finds the launches that start a pathway and differ in what its expressions ask.
type launcher struct {
	def  *pathways.Definition
	eng  *engine.Engine
	asks []pathways.Asked
	at   time.Time
}

// setting is what a launch is made of.
type setting struct {
	name   string
	values []any
	set    func(l *engine.Launch, v any)
}

// launches gives those that start the pathway, the plainest first, and how many combinations were
// left out. None means that nothing that was tried starts it.
func (x launcher) launches() (list []engine.Launch, missed int) {
	base, ok := x.plainest()
	if !ok {
		return nil, 0
	}
	settings := x.settings()
	choices := make([][]any, len(settings))
	for i, s := range settings {
		choices[i] = s.values
	}
	combos, missed := combinations(choices, maxLaunches)
	for _, combo := range combos {
		l := copied(base)
		for i, s := range settings {
			s.set(&l, combo[i])
		}
		if x.eng.Decide(l).Start {
			list = append(list, l)
		}
	}
	if len(list) == 0 {
		list = append(list, base)
	}
	return list, missed
}

// copied gives a launch whose parts may be changed.
func copied(l engine.Launch) engine.Launch {
	l.Facts = slices.Clone(l.Facts)
	if l.Encounter != nil {
		stay := *l.Encounter
		l.Encounter = &stay
	}
	return l
}

// plainest looks for a launch that starts the pathway: of a person with everything, from a stay in
// hospital to home, else from what the launch's own conditions ask for.
func (x launcher) plainest() (engine.Launch, bool) {
	switch x.def.Launch.On {
	case pathways.EnrollmentEnded:
		return x.afterAnEnd()
	case string(engine.ObservationMade):
		return x.byAResult()
	}
	for _, class := range x.told("event.class", "inpatient", "observation", "emergency", "outpatient") {
		for _, disposition := range x.told("event.disposition", "home") {
			for _, need := range x.told("event.need", x.needs()...) {
				for _, diagnoses := range engine.DiagnosisChoices(x.def) {
					l := x.launch(class, disposition, need)
					setDiagnoses(&l, diagnoses)
					if x.eng.Decide(l).Start {
						return l, true
					}
				}
			}
		}
	}
	return engine.Launch{}, false
}

// afterAnEnd looks for an end of another pathway that starts this one.
func (x launcher) afterAnEnd() (engine.Launch, bool) {
	for _, outcome := range x.told("event.outcome", care.Ends...) {
		for _, key := range x.told("event.pathway", x.def.Following()...) {
			l := x.launch("", "", "")
			l.Ended = &engine.EndedEnrollment{EnrollmentID: enrollmentID, Pathway: key, Outcome: outcome, EndedAt: x.at.Add(-time.Hour)}
			if x.eng.Decide(l).Start {
				return l, true
			}
		}
	}
	return engine.Launch{}, false
}

// byAResult looks for a result that starts the pathway.
func (x launcher) byAResult() (engine.Launch, bool) {
	asks := slices.DeleteFunc(slices.Clone(x.asks), func(a pathways.Asked) bool { return a.Event != string(engine.ObservationMade) })
	all, _ := results(asks)
	for _, o := range all {
		drawn, issued := x.at.Add(-time.Hour), x.at.Add(-time.Minute)
		o.ObservedAt, o.IssuedAt = &drawn, &issued
		l := x.launch("", "", "")
		l.Observation = o
		if x.eng.Decide(l).Start {
			return l, true
		}
	}
	return engine.Launch{}, false
}

// told gives usual values of an attribute, and those that expressions ask for.
func (x launcher) told(name string, usual ...string) []string {
	for _, v := range comparedWith(x.asks, name) {
		if s, ok := v.(string); ok && !slices.Contains(usual, s) {
			usual = append(usual, s)
		}
	}
	return usual
}

func (x launcher) needs() []string {
	for _, f := range x.def.Facts {
		if strings.TrimSpace(f.From) == "event.need" && len(f.Values) > 0 {
			return f.Values
		}
	}
	return []string{"food-insecurity"}
}

func (x launcher) launch(class, disposition, need string) engine.Launch {
	l := engine.Launch{
		EnrollmentID: enrollmentID, PatientID: patientID, Zone: zoneName, Calendar: care.USFederalCalendar(),
		Patient: engine.PatientFacts{HasEmail: true, HasPhone: true, Language: "en", Zone: zoneName, Age: 70},
	}
	switch {
	case strings.HasPrefix(x.def.Launch.On, "encounter."):
		l.Encounter = x.stay(class, disposition)
	case x.def.Launch.Asked() && mentions(x.asks, "event.need"):
		l.Need = need
	}
	for _, f := range x.def.Facts {
		if f.From == "" && f.Required {
			q := question{name: f.Name, typ: f.Type, values: f.Values}
			l.Facts = append(l.Facts, care.FactValue{Name: f.Name, Value: interesting(q, x.asks)[0]})
		}
	}
	return l
}

func (x launcher) stay(class, disposition string) *care.Encounter {
	admitted, discharged := x.at.Add(-3*24*time.Hour), x.at.Add(-time.Hour)
	stay := &care.Encounter{
		ID: ownStay, PatientID: patientID, Class: care.EncounterClass(class), Status: care.EncounterInProgress,
		AdmittedAt: &admitted, Revision: 1, UpdatedAt: x.at,
	}
	if x.def.Launch.On != string(engine.EncounterAdmitted) {
		stay.Status, stay.Disposition, stay.DischargedAt = care.EncounterDischarged, care.Disposition(disposition), &discharged
	}
	return stay
}

// settings are what launches differ in: what some expression outside the launch asks.
func (x launcher) settings() []setting {
	later := slices.DeleteFunc(slices.Clone(x.asks), func(a pathways.Asked) bool { return strings.HasPrefix(a.Path, "launch") })
	var list []setting
	for _, f := range x.def.Facts {
		if s, ok := x.factSetting(f, later); ok {
			list = append(list, s)
		}
	}
	if mentionsDiagnoses(later) {
		list = append(list, setting{name: "diagnoses", values: x.startingDiagnoses(), set: func(l *engine.Launch, v any) {
			if i, ok := v.(int); ok {
				setDiagnoses(l, engine.DiagnosisChoices(x.def)[i])
			}
		}})
	}
	for _, p := range patientSettings {
		if mentions(later, "patient."+p.name) {
			q := question{name: "patient." + p.name, typ: p.typ}
			list = append(list, setting{name: q.name, values: interesting(q, later), set: p.set})
		}
	}
	return list
}

// mentionsDiagnoses tells whether something after the launch asks for what the stay was about.
func mentionsDiagnoses(asks []pathways.Asked) bool {
	return slices.ContainsFunc(asks, func(a pathways.Asked) bool {
		return slices.ContainsFunc(a.Names, func(name string) bool {
			return strings.HasPrefix(name, "event.diagnosis.") || strings.HasPrefix(name, "event.principal_diagnosis.")
		})
	})
}

// startingDiagnoses gives the choices of diagnoses with which the plainest launch starts the pathway.
func (x launcher) startingDiagnoses() []any {
	base, _ := x.plainest()
	var starting []any
	for i, diagnoses := range engine.DiagnosisChoices(x.def) {
		l := copied(base)
		setDiagnoses(&l, diagnoses)
		if x.eng.Decide(l).Start {
			starting = append(starting, i)
		}
	}
	return starting
}

func setDiagnoses(l *engine.Launch, diagnoses []care.Diagnosis) {
	if l.Encounter != nil {
		l.Encounter.Diagnoses = diagnoses
	}
}

func (x launcher) factSetting(f pathways.Fact, asks []pathways.Asked) (setting, bool) {
	if !mentions(asks, f.Name) || f.Type == pathways.TypeDate || f.Type == pathways.TypeDateTime {
		return setting{}, false
	}
	s := setting{name: f.Name}
	q := question{name: f.Name, typ: f.Type, values: f.Values}
	switch strings.TrimSpace(f.From) {
	case "event.disposition":
		s.set = func(l *engine.Launch, v any) { setDisposition(l, v) }
	case "event.class":
		s.set = func(l *engine.Launch, v any) { setClass(l, v) }
	case "event.outcome", "event.pathway":
		ended := strings.TrimSpace(f.From)
		s.set = func(l *engine.Launch, v any) { setEnded(l, ended, v) }
	case "event.need":
		s.set = func(l *engine.Launch, v any) { l.Need, _ = v.(string) }
	case "":
		q.optional = !f.Required && f.Default == nil
		s.set = func(l *engine.Launch, v any) { setFact(l, f.Name, v) }
	default:
		return setting{}, false // from the patient or from other facts: they vary
	}
	s.values = interesting(q, asks)
	return s, true
}

func setDisposition(l *engine.Launch, v any) {
	if text, ok := v.(string); ok && l.Encounter != nil {
		l.Encounter.Disposition = care.Disposition(text)
	}
}

func setEnded(l *engine.Launch, what string, v any) {
	text, ok := v.(string)
	if !ok || l.Ended == nil {
		return
	}
	ended := *l.Ended
	if what == "event.outcome" {
		ended.Outcome = text
	} else {
		ended.Pathway = text
	}
	l.Ended = &ended
}

func setClass(l *engine.Launch, v any) {
	if text, ok := v.(string); ok && l.Encounter != nil {
		l.Encounter.Class = care.EncounterClass(text)
	}
}

func setFact(l *engine.Launch, name string, v any) {
	l.Facts = slices.DeleteFunc(l.Facts, func(f care.FactValue) bool { return f.Name == name })
	if v != nil {
		l.Facts = append(l.Facts, care.FactValue{Name: name, Value: v})
	}
}

var patientSettings = []struct {
	name, typ string
	set       func(l *engine.Launch, v any)
}{
	{"has_email", pathways.TypeBool, func(l *engine.Launch, v any) { l.Patient.HasEmail, _ = v.(bool) }},
	{"has_phone", pathways.TypeBool, func(l *engine.Launch, v any) { l.Patient.HasPhone, _ = v.(bool) }},
	{"works_nights", pathways.TypeBool, func(l *engine.Launch, v any) { l.Patient.WorksNights, _ = v.(bool) }},
	{"language", pathways.TypeString, func(l *engine.Launch, v any) {
		if text, ok := v.(string); ok && text != otherText {
			l.Patient.Language = text
		}
	}},
	{"age", pathways.TypeInt, func(l *engine.Launch, v any) {
		if n, ok := v.(int64); ok {
			l.Patient.Age = int(max(n, 1))
		}
	}},
}
