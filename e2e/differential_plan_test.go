package e2e

import (
	"fmt"
	"net/http"
	"slices"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// onPlan changes the plan for this patient.
func onPlan(w *twin) *what {
	def, path := w.engine.Definition(), "/enrollments/"+w.id
	const why = "for this patient"
	switch w.rng.IntN(6) {
	case 0:
		id := fmt.Sprintf("extra_%d", len(w.did))
		return told(path+"/steps", map[string]any{"reason": why, "step": map[string]any{"id": id, "task": "Something more", "due": "2 business days"}},
			engine.Event{Kind: engine.StepAdd, Reason: why, NewStep: &pathways.Step{ID: id, Task: "Something more", Due: "2 business days"}})
	case 1:
		step := pickOne(w.person, def.Steps).ID
		return told(path+"/steps/"+step+"/skip", map[string]any{"reason": why}, engine.Event{Kind: engine.StepSkip, Step: step, Reason: why})
	case 2:
		return w.startStep(pickOne(w.person, def.Steps).ID)
	case 3:
		if len(def.Tracks) == 0 {
			return nil
		}
		track := pickOne(w.person, def.Tracks).Name
		return told(path+"/tracks/"+track+"/start", map[string]any{"reason": why}, engine.Event{Kind: engine.TrackStart, Track: track, Reason: why})
	case 4:
		clock, until := pickOne(w.person, def.Clocks).Name, w.later(10)
		return told(path+"/clocks/"+clock+"/move", map[string]any{"reason": why, "until": until}, engine.Event{Kind: engine.ClockMove, Clock: clock, Until: &until, Reason: why})
	}
	if !slices.ContainsFunc(def.Facts, func(f pathways.Fact) bool { return f.Name == "complexity" }) {
		return nil
	}
	value := pickOne(w.person, []string{"high", "moderate", "straightforward"})
	return told(path+"/events", map[string]any{"kind": engine.FactRecorded, "reason": why, "facts": map[string]any{"complexity": value}},
		engine.Event{Kind: engine.FactRecorded, Reason: why, Answers: []care.FactValue{{Name: "complexity", Value: value}}})
}

func onPause(w *twin) *what {
	path := "/enrollments/" + w.id
	if w.world.State.Status == care.EnrollmentActive {
		until := w.later(8)
		return told(path+"/pause", map[string]any{"until": until, "reason": "travels"}, engine.Event{Kind: engine.EnrollmentPause, Until: &until, Reason: "travels"})
	}
	return told(path+"/resume", map[string]any{"reason": "is back"}, engine.Event{Kind: engine.EnrollmentResume, Reason: "is back"})
}

// onOffer begins a step that waits for a person's word, or one that starts another pathway.
func onOffer(w *twin) *what {
	var waiting []string
	for _, st := range w.world.State.Steps {
		if st.Status == care.StepWaiting && (st.Offered || st.Kind == pathways.KindPathway && w.chance(20)) {
			waiting = append(waiting, st.ID)
		}
	}
	if len(waiting) == 0 {
		return nil
	}
	return w.startStep(pickOne(w.person, waiting))
}

func (w *twin) startStep(id string) *what {
	const why = "it is time"
	return told("/enrollments/"+w.id+"/steps/"+id+"/start", map[string]any{"reason": why}, engine.Event{Kind: engine.StepStart, Step: id, Reason: why})
}

// onMove lets the patient move to another zone. Every enrollment hears of it.
func onMove(w *twin) *what {
	p := w.person
	zone := pickOne(p, []string{"America/New_York", "America/Chicago", "America/Phoenix", "Pacific/Guam", "Pacific/Honolulu"})
	if zone == p.about.Zone || p.chance(50) {
		return nil
	}
	return &what{method: http.MethodPatch, path: "/patients/" + p.patient, body: map[string]any{"zone": zone}, event: engine.Event{Kind: engine.PatientUpdated}, means: func() error {
		p.about.Zone = zone
		facts := p.facts(p.d.now)
		for _, each := range p.active() {
			each.pending = append(each.pending, engine.Event{Kind: engine.PatientUpdated, Actor: theAdmin, Patient: &facts})
		}
		return nil
	}}
}

// onEnd ends it early, seldom.
func onEnd(w *twin) *what {
	switch w.rng.IntN(20) {
	case 0:
		return told("/enrollments/"+w.id+"/events", map[string]any{"kind": engine.PatientDied}, engine.Event{Kind: engine.PatientDied})
	case 1:
		return told("/enrollments/"+w.id+"/withdraw", map[string]any{"reason": "does not want it"}, engine.Event{Kind: engine.EnrollmentWithdraw, Reason: "does not want it", Outcome: "revoked"})
	}
	return nil
}
