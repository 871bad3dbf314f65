package e2e

import (
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"time"

	"throughline/care"
	"throughline/intake/hl7v2"
	"throughline/intake/router"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/store"
)

// hospitalStay is a stay as the hospital told of it so far.
type hospitalStay struct {
	stay
	id      care.ID
	reports []router.Report
	now     care.Encounter // as all reports together tell it
}

func (st *hospitalStay) bedded() bool {
	return st.now.Class == care.Inpatient || st.now.Class == care.Observation
}

// newStay gives a stay of which nothing was told so far.
func (p *person) newStay(admitted time.Time) *hospitalStay {
	st := &hospitalStay{stay: stayOf(p.mrn, "", time.Time{})}
	st.visit, st.admitted = fmt.Sprintf("%s-%d", st.visit, len(p.stays)+1), admitted
	return st
}

// send is what the hospital tells of a stay now: a message, and what it means for each enrollment.
func (p *person) send(st *hospitalStay, trigger string, recorded time.Time) *what {
	raw := st.message(trigger, recorded)
	return &what{method: http.MethodPost, path: "/intake/hl7v2", body: raw, event: engine.Event{Kind: engine.EventKind("ADT " + trigger)}, means: func() error { return p.hear(st, raw) }}
}

// hear reads a message as the server does, and works out what follows from it.
func (p *person) hear(st *hospitalStay, raw []byte) error {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		return fmt.Errorf("reading the organization's zone: %w", err)
	}
	receipt := hl7v2.Receive(raw, hl7v2.Options{Zone: newYork}, p.d.now)
	in := receipt.Inbound
	if receipt.Err != nil || in.Patient == nil || len(in.Encounters) != 1 {
		return fmt.Errorf("the message tells of no stay: %w", receipt.Err)
	}
	if p.patient == "" {
		if err := p.d.findPatient(p); err != nil {
			return err
		}
	}
	p.about.Language, p.about.BirthDate, p.about.Telecoms = in.Patient.Language, in.Patient.BirthDate, in.Patient.Telecoms
	st.reports = append(st.reports, router.Report{OccurredAt: in.OccurredAt, EncounterReport: in.Encounters[0]})
	if st.id == "" {
		st.id = store.EncounterID(in.Encounters[0].Identifier)
		p.stays = append(p.stays, st)
	}
	st.now = router.Fold(st.id, p.patient, st.reports)

	p.spread(st, in)
	return nil
}

// spread tells every enrollment what is news to it, once the stay is known anew.
func (p *person) spread(st *hospitalStay, in care.Inbound) {
	facts := p.facts(p.d.now)
	news := engine.Event{Actor: care.Actor{Kind: care.System, ID: in.Source}, OccurredAt: in.OccurredAt, Patient: &facts}
	heard := map[*twin]bool{}
	for _, w := range p.active() {
		heard[w] = w.hearOf(st, news)
	}
	if st.now.Status == care.EncounterDischarged {
		p.launchAll(st, news, heard)
	}
	for _, w := range p.active() {
		if !heard[w] && text(w.world.State.Patient) != text(facts) {
			ev := news
			ev.Kind = engine.PatientUpdated
			w.pending = append(w.pending, ev)
		}
	}
}

func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error()
	}
	return string(raw)
}

// hearOf tells an enrollment of a stay, where that is its own, or one in hospital that came after it.
func (w *twin) hearOf(st *hospitalStay, ev engine.Event) bool {
	own, enc := w.stay == st.id, st.now
	if !own {
		last := enc.AdmittedAt
		if enc.DischargedAt != nil {
			last = enc.DischargedAt
		}
		if !st.bedded() && w.world.State.Status != care.EnrollmentSuspended || last == nil || last.Before(w.moment()) {
			return false
		}
	}
	ev.Encounter = &enc
	switch {
	case own:
		ev.Kind = engine.EncounterUpdated
	case enc.Status == care.EncounterDischarged, enc.Status == care.EncounterInProgress && !st.bedded():
		ev.Kind = engine.EncounterDischarge
	case enc.Status == care.EncounterInProgress:
		ev.Kind = engine.EncounterAdmitted
	default:
		ev.Kind = engine.EncounterUpdated
	}
	w.pending = append(w.pending, ev)
	return true
}

// moment is what an enrollment follows: the discharge of its stay, else its own beginning.
func (w *twin) moment() time.Time {
	for _, st := range w.stays {
		switch {
		case st.id != w.stay:
		case st.now.DischargedAt != nil:
			return *st.now.DischargedAt
		case st.now.AdmittedAt != nil:
			return *st.now.AdmittedAt
		}
	}
	return w.world.State.StartedAt
}

// launchAll starts the pathways that a discharge starts.
func (p *person) launchAll(st *hospitalStay, news engine.Event, heard map[*twin]bool) {
	for _, key := range slices.Sorted(maps.Keys(p.d.engines)) {
		e := p.d.engines[key]
		def, enc := e.Definition(), st.now
		l := p.launch(p.d.now)
		l.Encounter = &enc
		l.EnrollmentID = e.EnrollmentID(l, enc.ID)
		if def.Launch.On != string(engine.EncounterDischarge) || p.twin(l.EnrollmentID) != nil || enc.DischargedAt == nil || !e.Decide(l).Start || p.excluded(def) != "" {
			continue
		}
		later := p.followedLater(def, *enc.DischargedAt)
		if later != nil {
			l.SupersededBy = later.id
		}
		rivals := slices.DeleteFunc(p.active(), func(w *twin) bool {
			return w.gone || !slices.Contains(def.Launch.WhileActive.Pathways, w.pathway())
		})
		if len(rivals) > 0 && def.Launch.WhileActive.Policy == pathways.PolicyRefuse {
			continue
		}
		w := p.begin(e, engine.Event{Kind: engine.Started, Actor: news.Actor, OccurredAt: *enc.DischargedAt, Launch: &l})
		if later != nil {
			continue
		}
		for _, rival := range rivals {
			rival.gone, heard[rival] = true, true
			ev := news
			ev.Kind, ev.Patient, ev.Into = engine.EnrollmentSupersede, nil, w.id
			rival.pending = append(rival.pending, ev)
		}
		for _, other := range p.stays {
			if other != st && other.now.Status == care.EncounterInProgress && other.bedded() {
				w.hearOf(other, news)
			}
		}
	}
}

// followedLater gives the enrollment for a later discharge that makes a launch a mere record.
func (p *person) followedLater(def *pathways.Definition, left time.Time) *twin {
	if def.Launch.WhileActive.Policy != pathways.PolicySupersede {
		return nil
	}
	for _, w := range p.twins {
		if slices.Contains(def.Launch.WhileActive.Pathways, w.pathway()) && w.world.State.Outcome != care.EndEnteredInError && left.Before(w.moment()) {
			return w
		}
	}
	return nil
}

// stayFor are stays that start pathways: what they were, and what they were about.
var stayFor = []stay{
	{}, {diagnoses: []string{"J18.9"}},
	{diagnoses: []string{"I50.23", "E11.9"}}, {diagnoses: []string{"J44.1"}}, {diagnoses: []string{"F33.2"}},
	{diagnoses: []string{"O13.9", "Z37.0"}}, {class: "E", diagnoses: []string{"R07.9", "I50.22", "N18.4"}},
}

// inHospital gives the stay in which the patient is in hospital now; nil where there is none.
func (p *person) inHospital() *hospitalStay {
	for _, st := range p.stays {
		if st.now.Status == care.EncounterInProgress && st.bedded() {
			return st
		}
	}
	return nil
}

// onHospital lets the hospital tell something of the patient: an admission, a discharge, or that what
// it told before was wrong.
func onHospital(p *person) *what {
	now := p.d.now.UTC().Truncate(time.Minute)
	var out *hospitalStay
	for _, st := range p.stays {
		if st.now.Status == care.EncounterDischarged {
			out = st
		}
	}
	switch in := p.inHospital(); {
	case in != nil:
		return p.onInpatient(in, now)
	case out != nil && p.chance(50):
		return p.onCorrection(out, now)
	}
	st := p.newStay(now)
	return p.send(st, "A01", now)
}

// onInpatient lets the patient leave, or the admission have been none.
func (p *person) onInpatient(in *hospitalStay, now time.Time) *what {
	if len(in.reports) == 1 && p.chance(20) {
		return p.send(in, "A11", now)
	}
	if p.chance(30) {
		in.diagnoses = pickOne(p, stayFor).diagnoses
	}
	in.discharged = now
	in.disposition = pickOne(p, []string{"03", "03", "01"}) // mostly to a nursing facility, where nothing new begins
	return p.send(in, "A03", now)
}

// leaveHospital lets a patient who is there leave for a place where nothing new begins, so that what is
// suspended goes on.
func (d *differential) leaveHospital(p *person) error {
	st := p.inHospital()
	if st == nil {
		return nil
	}
	st.discharged, st.disposition = d.now.UTC().Truncate(time.Minute), "03"
	// After what was recorded in this minute: of two reports of one moment the order is not told.
	return d.tell(p, p.send(st, "A03", d.now.UTC().Truncate(time.Second).Add(time.Second)))
}

// onCorrection lets the hospital tell otherwise of a stay that has ended.
func (p *person) onCorrection(out *hospitalStay, now time.Time) *what {
	switch n := p.rng.IntN(10); {
	case n < 4: // codes come late, or were wrong
		out.diagnoses = pickOne(p, stayFor[2:]).diagnoses
	case n < 6:
		out.discharged = out.discharged.Add(-time.Duration(p.rng.IntN(20*60)) * time.Minute)
	case n < 8:
		out.disposition = pickOne(p, []string{"01", "03", "06"})
	default:
		left, where := out.discharged, out.disposition
		out.discharged, out.disposition = time.Time{}, ""
		act := p.send(out, "A13", now)
		out.discharged, out.disposition = left, where
		return act
	}
	return p.send(out, "A08", now)
}
