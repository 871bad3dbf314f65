package simulate

import (
	"fmt"
	"slices"
	"strings"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// LoadScenarios reads a file of scenarios. Unknown keys are errors, so that a slip of the keyboard
// is no scenario that expects nothing.
func LoadScenarios(file string, src []byte) ([]Scenario, error) {
	scenarios, problems := ReadScenarios(file, src, nil)
	return scenarios, problems.Err()
}

// ReadScenarios reads a file of scenarios with what is wrong with it, each at its line and column:
// what cannot be read, events that nobody knows, and, where a definition is given, steps and
// outcomes that it does not have.
func ReadScenarios(file string, src []byte, def *pathways.Definition) ([]Scenario, pathways.Problems) {
	var scenarios []Scenario
	doc, problems := pathways.ReadDocument(file, src, &scenarios)
	if len(problems) > 0 {
		return nil, problems
	}
	r := reader{doc: doc, def: def}
	r.names(scenarios)
	for i := range scenarios {
		r.scenario(fmt.Sprintf("[%d]", i), &scenarios[i])
	}
	if len(r.problems) > 0 {
		return nil, r.problems
	}
	return scenarios, nil
}

// reader checks scenarios by themselves, before they are played.
type reader struct {
	doc      *pathways.Document
	def      *pathways.Definition // nil: its names are not checked
	problems pathways.Problems
}

func (r *reader) wrong(path, message, suggestion string) {
	r.problems = append(r.problems, r.doc.Problem(path, message, suggestion))
}

func (r *reader) names(scenarios []Scenario) {
	seen := map[string]bool{}
	for i, s := range scenarios {
		path := fmt.Sprintf("[%d]", i)
		switch {
		case s.Name == "":
			r.wrong(path, "the scenario has no name", "write name: and what happens in it")
		case seen[s.Name]:
			r.wrong(path+".name", fmt.Sprintf("two scenarios are called %q", s.Name), "give each a name of its own")
		case s.Start == "":
			r.wrong(path, "the scenario does not say when it starts", "write start: 2026-03-02 10:00")
		}
		seen[s.Name] = true
	}
}

func (r *reader) scenario(path string, s *Scenario) {
	known := r.steps(s)
	for i := range s.Events {
		at := fmt.Sprintf("%s.events[%d]", path, i)
		r.act(at, &s.Events[i], known)
		r.expected(at+".expect", s.Events[i].Expect, known)
	}
	r.expected(path+".expect", &s.Expect, known)
}

// steps are those that a scenario may speak of: the definition's, and what it adds for the patient.
func (r *reader) steps(s *Scenario) []string {
	if r.def == nil {
		return nil
	}
	known := make([]string, 0, len(r.def.Steps)+1)
	for i := range r.def.Steps {
		known = append(known, r.def.Steps[i].ID)
	}
	for i := range s.Events {
		if add := s.Events[i].Add; add != nil {
			known = append(known, add.ID)
		}
	}
	return known
}

func (r *reader) act(path string, a *Act, known []string) {
	if a.Do != "" && !slices.Contains(acts, engine.EventKind(a.Do)) {
		r.wrong(path+".do", fmt.Sprintf("nothing is done by %q", a.Do), pathways.Suggest(a.Do, wordsOf(acts)))
	}
	r.step(path+".step", a.Step, known)
	if r.def == nil || engine.EventKind(a.Do) != engine.TaskComplete || a.Refused != "" {
		return
	}
	s := r.def.StepByID(a.Step)
	if s == nil || s.Kind() != pathways.KindTask || len(s.Outcomes) == 0 {
		return
	}
	if !slices.Contains(s.Outcomes, a.Outcome) {
		r.wrong(path+".outcome", fmt.Sprintf("%s has no outcome %q", a.Step, a.Outcome), pathways.Suggest(a.Outcome, s.Outcomes))
	}
}

// step refuses a step that the definition does not have.
func (r *reader) step(path, id string, known []string) {
	if r.def != nil && id != "" && !slices.Contains(known, id) {
		r.wrong(path, fmt.Sprintf("there is no step %q", id), pathways.Suggest(id, known))
	}
}

func (r *reader) expected(path string, want *Expect, known []string) {
	if want == nil {
		return
	}
	for _, id := range sorted(want.Steps) {
		r.named(path+".steps."+id, id, known)
	}
	for _, id := range sorted(want.Owners) {
		r.named(path+".owners."+id, id, known)
	}
	for _, id := range sorted(want.Unattended) {
		r.named(path+".unattended."+id, id, known)
	}
}

func (r *reader) named(path, id string, known []string) {
	if r.def != nil && !slices.Contains(known, id) {
		r.problems = append(r.problems, r.doc.NameProblem(path, fmt.Sprintf("there is no step %q", id), pathways.Suggest(id, known)))
	}
}

// acts are what may happen in a scenario. What the engine tells itself is not among it.
var acts = []engine.EventKind{
	engine.TaskComplete, engine.TaskAttempt, engine.TaskClaim, engine.TaskRelease, engine.TaskReassign, engine.TaskStart, engine.TaskCancel,
	engine.QuestionsAnswered, engine.AppointmentBooked, engine.AppointmentKept, engine.AppointmentNoShow, engine.AppointmentCancel,
	engine.ReferralAccept, engine.ReferralDecline, engine.ReferralStart, engine.ReferralHold, engine.ReferralResume,
	engine.ReferralComplete, engine.ReferralFail, engine.ReferralCancel, engine.ReferralReroute,
	engine.ConsentRecorded, engine.ConsentRevoked, engine.ObservationMade, engine.NeedIdentified, engine.FactRecorded,
	engine.EncounterAdmitted, engine.EncounterDischarge, engine.EncounterUpdated,
	engine.PatientUpdated, engine.PatientDied, engine.PatientMerged, engine.CalendarChanged,
	engine.EscalationAcknowledge, engine.EscalationSnooze, engine.EscalationResolve,
	engine.EnrollmentPause, engine.EnrollmentResume, engine.EnrollmentWithdraw, engine.EnrollmentSupersede, engine.EnrollmentEnterInError,
	engine.StepStart, engine.StepSkip, engine.StepAdd, engine.TrackStart, engine.ClockMove,
	engine.SubStarted, engine.SubRefused, engine.SubEnded, engine.SubWithdrawn, engine.ParentTold, engine.ParentJoined, engine.MessageDelivered,
}

func wordsOf(kinds []engine.EventKind) []string {
	words := make([]string, len(kinds))
	for i, k := range kinds {
		words[i] = string(k)
	}
	return words
}

// notStarted is what a scenario is told whose pathway does not start, where it does not expect that.
func (p *player) notStarted() string {
	reason := strings.TrimSuffix(p.declined, ".")
	l := p.scenario.Launch
	switch on := p.def.Launch.On; {
	case reason == "":
		reason = "its launch waits for what is not told"
	case l.DischargedAt == "" && strings.HasPrefix(on, "encounter."):
		reason += "; the scenario has no stay: write launch: {discharged_at: …}, or by_hand: true with the facts"
	}
	return "the pathway does not start: " + reason
}
