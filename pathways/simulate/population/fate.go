package population

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// byHand tells whether patients begin as if a person had started the pathway: a population knows no
// results that launch one, so its scenario gives the facts.
func byHand(def *pathways.Definition) bool { return def.Launch.On == string(engine.ObservationMade) }

// launch is what a patient arrives with.
func (w *world) launch(p *patient) (engine.Launch, error) {
	at := time.Unix(w.now, 0).UTC()
	facts := map[string]any{}
	for _, f := range w.def.Facts {
		switch { // a day that nobody gives is that of the arrival, of an admission some days before
		case f.Required && f.From == "event.admitted_at":
			facts[f.Name] = care.DateOf(at, w.days.zone).AddDays(-usualStay).String()
		case !f.Required || f.From != "" && !byHand(w.def):
		case f.Type == pathways.TypeDate:
			facts[f.Name] = care.DateOf(at, w.days.zone).String()
		case f.Type == pathways.TypeDateTime:
			facts[f.Name] = at.Format(time.RFC3339)
		}
	}
	for _, prop := range w.scenario.Facts {
		for _, f := range w.def.Facts {
			if f.Name == prop.Name {
				facts[f.Name] = typedText(f.Type, prop.Value.pick(p.dice.roll("fact", f.Name, p.episode)))
			}
		}
	}
	q := simulate.Question{Facts: facts, Start: at, Zone: w.scenario.Zone, Calendar: &w.calendar}
	launch, err := q.Launch(w.def)
	if err != nil {
		return launch, err
	}
	launch.EnrollmentID, launch.PatientID = p.id("enrollment"), p.id("patient")
	if launch.Encounter != nil {
		launch.Encounter.ID, launch.Encounter.PatientID = p.id("stay"), launch.PatientID
	}
	launch.Patient = w.patientFacts(p)
	return launch, nil
}

// usualStay is how many days before their arrival patients were admitted, where a pathway asks.
const usualStay = 2

func (w *world) patientFacts(p *patient) engine.PatientFacts {
	facts := engine.PatientFacts{HasEmail: true, HasPhone: true, Language: "en", Zone: w.scenario.Zone, InHospital: p.away}
	for _, prop := range w.scenario.Patient {
		value := prop.Value.pick(p.dice.roll("patient", prop.Name, 0))
		switch prop.Name {
		case "works_nights":
			facts.WorksNights = value == "true"
		case "has_email":
			facts.HasEmail = value == "true"
		case "has_phone":
			facts.HasPhone = value == "true"
		case "language":
			facts.Language = value
		}
	}
	return facts
}

// typedText gives a text the type of a fact or an answer; what does not fit is left as it is.
func typedText(typ, text string) any {
	switch typ {
	case pathways.TypeBool:
		return text == "true"
	case pathways.TypeInt:
		var n int64
		if _, err := fmt.Sscanf(text, "%d", &n); err == nil {
			return n
		}
	case pathways.TypeNumber:
		var x float64
		if _, err := fmt.Sscanf(text, "%g", &x); err == nil {
			return x
		}
	}
	return text
}

// fate arranges what befalls a patient: a readmission, a death.
func (w *world) fate(p *patient) {
	befalls := func(what string, h Happening, do func() error) {
		if p.dice.roll(what, "share", 0) >= float64(h.Share) {
			return
		}
		if at := w.now + h.Within.or(defaultWithin).at(p.dice.roll(what, "when", 0)); at < p.until {
			w.later(at, do)
		}
	}
	befalls("readmitted", w.scenario.Readmitted, func() error { return w.readmit(p) })
	befalls("appears", w.scenario.Appears, func() error { return w.appear(p) })
	befalls("died", w.scenario.Died, func() error { return w.die(p) })
}

func (w *world) readmit(p *patient) error {
	if !p.running() || p.state.Patient.Deceased {
		return nil
	}
	p.away = true
	admitted := time.Unix(w.now, 0).UTC()
	stay := care.Encounter{ID: p.id("second stay"), PatientID: p.state.PatientID, Class: care.Inpatient, Status: care.EncounterInProgress, AdmittedAt: &admitted, Revision: 1, UpdatedAt: admitted}
	w.later(w.now+w.scenario.Readmitted.Stay.or(defaultStay).at(p.dice.roll("readmitted", "stay", 0)), func() error { return w.comeHome(p, stay) })
	facts := w.patientFacts(p)
	return w.tell(p, engine.Event{Kind: engine.EncounterAdmitted, Actor: theWorld, Encounter: &stay, Patient: &facts})
}

// comeHome ends a readmission. Where a later discharge supersedes the pathway, it starts anew for
// the later one, as it does in production.
func (w *world) comeHome(p *patient, stay care.Encounter) error {
	p.away = false
	if p.state.Patient.Deceased {
		return nil
	}
	if w.supersedes() && w.now < p.until {
		if p.running() {
			if err := unlessRefused(w.advance(p, engine.Event{Kind: engine.EnrollmentSupersede, Actor: theWorld, Reason: "a later discharge of the same patient is followed instead"})); err != nil {
				return err
			}
		}
		return w.arrive(p.number, p.episode+1, w.now+int64(w.scenario.Days)*secondsOfDay)
	}
	if !p.running() {
		return nil
	}
	discharged := time.Unix(w.now, 0).UTC()
	stay.Status, stay.Disposition, stay.DischargedAt, stay.Revision, stay.UpdatedAt = care.EncounterDischarged, care.ToHome, &discharged, 2, discharged
	facts := w.patientFacts(p)
	return w.tell(p, engine.Event{Kind: engine.EncounterDischarge, Actor: theWorld, Encounter: &stay, Patient: &facts})
}

// appear lets the patient keep an appointment of which the pathway knows nothing.
func (w *world) appear(p *patient) error {
	if !p.running() || p.away {
		return nil
	}
	start := time.Unix(w.now, 0).UTC()
	kept := care.Appointment{Identifier: p.id("another appointment"), Status: care.AppointmentKept, Start: &start}
	return unlessRefused(w.advance(p, engine.Event{Kind: engine.AppointmentKept, Actor: theWorld, Appointment: &kept}))
}

func (w *world) supersedes() bool {
	launch := w.def.Launch
	if launch.On != string(engine.EncounterDischarge) || launch.WhileActive.Policy != pathways.PolicySupersede {
		return false
	}
	return slices.Contains(launch.WhileActive.Pathways, w.def.Pathway)
}

func (w *world) die(p *patient) error {
	if !p.running() {
		return nil
	}
	at := time.Unix(w.now, 0).UTC()
	facts := w.patientFacts(p)
	facts.Deceased, facts.DeceasedAt = true, &at
	return w.tell(p, engine.Event{Kind: engine.PatientDied, Actor: theWorld, Patient: &facts})
}
