package engine_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// walk is one enrollment to which anything may happen, at any time.
type walk struct {
	rt       *rapid.T
	engine   *engine.Engine
	state    engine.State
	now      time.Time
	n        int
	revision int
	waiting  []engine.Event // results of activities that are under way
	known    []engine.Event // what happened already
	raised   map[care.ID]bool
	identity map[string]care.ID           // nil where the ladders change on the way
	names    map[string][]engine.StepName // by which something was ever known outside; nil where none changes
}

// Whatever happens, in whatever order and at whatever time, the engine keeps its promises.
func TestPromises(t *testing.T) {
	files := []string{"../library/post-discharge-tcm.yaml", "../library/social-need-referral.yaml", "testdata/kinds.yaml", "testdata/tcm.yaml", questions, scores, subs, standing}
	engines := make([]*engine.Engine, len(files))
	for i, file := range files {
		engines[i] = load(t, file)
	}
	rapid.Check(t, func(rt *rapid.T) {
		w := &walk{rt: rt, engine: rapid.SampledFrom(engines).Draw(rt, "pathway"), raised: map[care.ID]bool{}, identity: map[string]care.ID{}}
		w.now = time.Date(2025, 10, 1, 12, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 200*24*60).Draw(rt, "start")) * time.Minute)
		w.turn(w.launch())
		for range rapid.IntRange(1, 60).Draw(rt, "events") {
			w.now = w.now.Add(w.pass())
			w.turn(w.event())
			if rapid.IntRange(0, 9).Draw(rt, "compare") == 0 {
				w.oneJumpIsManySteps()
			}
		}
	})
}

func (w *walk) chance(percent int, what string) bool {
	return rapid.IntRange(0, 99).Draw(w.rt, what) < percent
}

func pick[T any](w *walk, what string, from ...T) T { return rapid.SampledFrom(from).Draw(w.rt, what) }

// pass is how long nothing happens.
func (w *walk) pass() time.Duration {
	unit := pick(w, "unit", 0, time.Second, time.Minute, time.Hour, 6*time.Hour, 24*time.Hour)
	return unit * time.Duration(rapid.IntRange(0, 8).Draw(w.rt, "amount"))
}

func (w *walk) moment(what string) time.Time {
	return w.now.Add(time.Duration(rapid.IntRange(-30*24, 30*24).Draw(w.rt, what)) * time.Hour)
}

func (w *walk) launch() engine.Event {
	l := engine.Launch{EnrollmentID: "enr-1", PatientID: "pat-1", Zone: w.zone(), Calendar: care.USFederalCalendar(), Patient: w.patient()}
	switch w.engine.Definition().Launch.On {
	case "encounter.discharged":
		l.Encounter = w.ownStay()
		left := w.now.Add(-time.Duration(rapid.IntRange(0, 40*24).Draw(w.rt, "ago")) * time.Hour)
		l.Encounter.Status, l.Encounter.DischargedAt = care.EncounterDischarged, &left
	case "": // for a need, where it asks for one
		l.Need = pick(w, "need", "food-insecurity", "transportation-insecurity")
	}
	if w.chance(5, "superseded") {
		l.SupersededBy = "enr-2"
	}
	return engine.Event{Kind: engine.Started, Actor: system, Launch: &l}
}

func (w *walk) zone() string {
	return pick(w, "zone", "America/New_York", "America/Phoenix", "Pacific/Honolulu", "America/Santiago", "UTC")
}

func (w *walk) patient() engine.PatientFacts {
	p := engine.PatientFacts{Language: pick(w, "language", "", "en", "es"), InHospital: w.chance(20, "in hospital"), Deceased: w.chance(2, "deceased")}
	if w.chance(30, "moves") {
		p.Zone = w.zone()
	}
	return p
}

func (w *walk) ownStay() *care.Encounter {
	w.revision++
	left := w.moment("left")
	enc := &care.Encounter{
		ID: "enc-1", Class: pick(w, "class", care.Inpatient, care.Inpatient, care.Inpatient, care.Inpatient, care.Observation, care.Emergency),
		Status:      pick(w, "stay", care.EncounterDischarged, care.EncounterDischarged, care.EncounterDischarged, care.EncounterInProgress, care.EncounterCancelled),
		Disposition: pick(w, "disposition", care.ToHome, care.ToHome, care.ToHome, care.ToSNF, care.DispositionNil, care.Expired),
		Revision:    max(1, w.revision-pick(w, "late news", 0, 0, 0, 2)),
	}
	if enc.Status == care.EncounterDischarged {
		enc.DischargedAt = &left
	}
	return enc
}

// event is what happens next: something that is under way, something from the world, or something
// that a person does, sensible or not.
func (w *walk) event() engine.Event {
	if len(w.waiting) > 0 && w.chance(50, "result") {
		ev := w.waiting[0]
		w.waiting = w.waiting[1:]
		return ev
	}
	ev := pick(w, "who", w.world, w.reply, w.work, w.work, w.work, w.work, w.partner, w.partner, w.partner, w.staff, w.plan, w.tick)()
	if w.chance(15, "told late") {
		ev.OccurredAt = w.moment("occurred")
	}
	return ev
}

func (w *walk) tick() engine.Event { return engine.Event{Kind: engine.Tick} }

func (w *walk) world() engine.Event {
	ev := engine.Event{Actor: system}
	ev.Kind = pick(w, "news", engine.EncounterUpdated, engine.EncounterAdmitted, engine.EncounterDischarge, engine.PatientUpdated, engine.PatientDied,
		engine.PatientMerged, engine.AppointmentBooked, engine.AppointmentCancel, engine.AppointmentNoShow, engine.AppointmentKept,
		engine.ObservationMade, engine.NeedIdentified, engine.CalendarChanged)
	facts := w.patient()
	switch ev.Kind {
	case engine.EncounterUpdated:
		ev.Encounter = w.ownStay()
		if w.chance(50, "with facts") {
			ev.Patient = &facts
		}
	case engine.EncounterAdmitted, engine.EncounterDischarge:
		status := care.EncounterInProgress
		if ev.Kind == engine.EncounterDischarge {
			status = care.EncounterDischarged
		}
		when := w.moment("other stay")
		ev.Encounter = &care.Encounter{ID: pick(w, "other", "enc-2", "enc-3"), Class: care.Inpatient, Status: status, AdmittedAt: &when, Revision: 1}
		ev.Patient = &facts
	case engine.PatientUpdated, engine.PatientDied:
		ev.Patient = &facts
		if ev.Kind == engine.PatientDied && !w.chance(20, "really") {
			ev.Kind = engine.PatientUpdated
		}
	case engine.PatientMerged:
		ev.Into = pick(w, "into", "", "pat-2")
	case engine.ObservationMade:
		ev.Observation = &care.ObservationReport{Code: care.Coding{Code: "K"}, Value: "9", Critical: w.chance(50, "critical")}
	case engine.CalendarChanged:
		calendar := care.USFederalCalendar()
		calendar.Extra = []care.Holiday{{Date: care.DateOf(w.moment("holiday"), time.UTC), Name: "Snow"}}
		ev.Calendar = &calendar
	default:
		start := w.moment("visit")
		ev.Appointment = &care.Appointment{Identifier: pick(w, "identifier", "", "a", "b"), Start: &start}
	}
	return ev
}

func (w *walk) openTasks() []*care.Task {
	var open []*care.Task
	for _, st := range w.state.Steps {
		if st.Task != nil && (st.Task.Status.Open() || w.chance(2, "closed task")) {
			open = append(open, st.Task)
		}
	}
	return open
}

func (w *walk) work() engine.Event {
	open := w.openTasks()
	if len(open) == 0 {
		return w.tick()
	}
	task := pick(w, "task", open...)
	ev := engine.Event{TaskID: task.ID, Actor: pick(w, "person", coordinator, care.Actor{Kind: care.Person, ID: "bob"})}
	ev.Kind = pick(w, "do", engine.TaskComplete, engine.TaskComplete, engine.TaskComplete, engine.TaskComplete, engine.TaskComplete, engine.TaskComplete,
		engine.TaskAttempt, engine.TaskAttempt, engine.TaskClaim, engine.TaskRelease, engine.TaskStart, engine.TaskReassign, engine.TaskCancel)
	mode := pick(w, "mode", care.ByPhone, care.ByPhone, care.ByPhone, care.ByVoice, care.Automated, care.AttemptMode(""))
	ev.Reason = pick(w, "reason", "", "so it was.")
	switch ev.Kind {
	case engine.TaskComplete:
		ev.Outcome, ev.Mode = w.outcome(task), mode
		ev.Answers = w.answers(task)
	case engine.TaskAttempt:
		ev.Attempt = &care.Attempt{Mode: mode, Who: "patient", Reached: w.chance(30, "reached")}
	case engine.TaskReassign:
		ev.Role = pick(w, "role", "", "nurse")
	}
	return ev
}

// outcome is one of the task's, the first as often as all others, now and then none that it has.
func (w *walk) outcome(task *care.Task) string {
	switch n := rapid.IntRange(0, 19).Draw(w.rt, "outcome"); {
	case n == 0:
		return "nonsense"
	case n < 10:
		return task.Outcomes[0]
	}
	return pick(w, "which", task.Outcomes...)
}

func (w *walk) answers(task *care.Task) []care.FactValue {
	var out []care.FactValue
	if task.Kind == pathways.KindAppointment && w.chance(80, "start") {
		out = append(out, care.FactValue{Name: "start", Value: w.moment("visit").Format(time.RFC3339)})
		out = append(out, care.FactValue{Name: "barrier", Value: pick(w, "barrier", "transportation", "forgot", "dragons")})
	}
	return append(out, w.filled(task.Form)...)
}

// filled are answers to a form's questions, now and then not to all of them, nor only to those asked.
func (w *walk) filled(name string) []care.FactValue {
	form := w.engine.Definition().TaskForm(name)
	if form == nil {
		return nil
	}
	var out []care.FactValue
	for _, f := range form.Fields {
		if !w.engine.Asks(w.state, f, out) && w.chance(95, "not asked") {
			continue
		}
		if !w.chance(95, "answer") {
			continue
		}
		var v any
		switch f.Type {
		case pathways.TypeBool:
			v = w.chance(60, f.ID)
		case pathways.TypeInt:
			v = rapid.IntRange(-3, 30).Draw(w.rt, f.ID)
		case pathways.TypeCode:
			v = pick(w, f.ID, f.Values...)
		case pathways.TypeCodes:
			v = []any{pick(w, f.ID, f.Values...), pick(w, f.ID, f.Values...)}
		default:
			v = "words"
		}
		out = append(out, care.FactValue{Name: f.ID, Value: v})
	}
	return out
}

// reply gives answers to a questionnaire, open or not.
func (w *walk) reply() engine.Event {
	var ids []string
	for _, s := range w.engine.Definition().Steps {
		if s.Questionnaire != nil {
			ids = append(ids, s.ID)
		}
	}
	if len(ids) == 0 {
		return w.work()
	}
	id := pick(w, "questionnaire", ids...)
	form := w.engine.Definition().StepByID(id).FormName()
	return engine.Event{Kind: engine.QuestionsAnswered, Actor: patient, Step: id, Occurrence: pick(w, "round", 0, 0, 0, 1, 2), Answers: w.filled(form)}
}

func (w *walk) partner() engine.Event {
	var asked []care.ID
	for _, st := range w.state.Steps {
		if st.Referral != nil && st.Referral.Current != nil {
			asked = append(asked, st.Referral.Current.ID)
		}
	}
	if len(asked) == 0 {
		return w.tick()
	}
	return engine.Event{
		ReferralID: pick(w, "referral", asked...), Actor: pick(w, "whose word", partner, coordinator),
		Kind: pick(w, "answer", engine.ReferralAccept, engine.ReferralAccept, engine.ReferralAccept, engine.ReferralDecline, engine.ReferralStart, engine.ReferralHold,
			engine.ReferralResume, engine.ReferralComplete, engine.ReferralFail, engine.ReferralCancel, engine.ReferralReroute),
		Outcome: pick(w, "result", "", "not_received"), Reason: pick(w, "why", "", "full"),
	}
}

func (w *walk) staff() engine.Event {
	until := w.moment("until")
	ev := engine.Event{Actor: coordinator, Reason: pick(w, "reason", "because", ""), Until: &until, Purpose: pick(w, "purpose", "transportation-insecurity", "food-insecurity")}
	ev.Kind = pick(w, "command", engine.EnrollmentPause, engine.EnrollmentPause, engine.EnrollmentResume, engine.ConsentRecorded, engine.ConsentRevoked,
		engine.EscalationAcknowledge, engine.EscalationSnooze, engine.EscalationResolve, engine.EnrollmentWithdraw)
	ev.Given = w.chance(60, "given")
	if ev.Kind == engine.EnrollmentWithdraw && !w.chance(10, "really") {
		return w.tick()
	}
	if len(w.state.Escalations) > 0 {
		ev.EscalationID = pick(w, "escalation", w.state.Escalations...).ID
	}
	return ev
}

func (w *walk) plan() engine.Event {
	def := w.engine.Definition()
	until := w.moment("until")
	ev := engine.Event{Actor: coordinator, Reason: "they asked", Until: &until}
	ev.Kind = pick(w, "change", engine.FactRecorded, engine.StepAdd, engine.StepSkip, engine.StepStart, engine.TrackStart, engine.ClockMove)
	ev.Step = pick(w, "step", def.Steps...).ID
	switch ev.Kind {
	case engine.FactRecorded:
		if len(def.Facts) > 0 {
			f := pick(w, "fact", def.Facts...)
			ev.Answers = []care.FactValue{{Name: f.Name, Value: pick(w, "value", append([]string{"2025-11-20", "nonsense"}, f.Values...)...)}}
		}
	case engine.StepAdd:
		ev.NewStep = &pathways.Step{Task: "Something more", Due: pick(w, "due", "1 day", "2 hours", "")}
		ev.Step = ""
	case engine.TrackStart:
		ev.Track = "none"
		if len(def.Tracks) > 0 {
			ev.Track = pick(w, "track", def.Tracks...).Name
		}
	case engine.ClockMove:
		ev.Step = ""
		ev.Clock = pick(w, "clock", append(def.Clocks, pathways.Clock{Name: "decide"})...).Name
	case engine.StepSkip, engine.StepStart:
		if !w.chance(40, "really") {
			return w.tick()
		}
	}
	return ev
}

func encode(rt *rapid.T, v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		rt.Fatal(err)
	}
	return string(raw)
}

func (w *walk) roundTrip(s engine.State) engine.State {
	var back engine.State
	if err := json.Unmarshal([]byte(encode(w.rt, s)), &back); err != nil {
		w.rt.Fatal(err)
	}
	return back
}

// turn lets one event happen, and holds every promise about it.
func (w *walk) turn(ev engine.Event) {
	w.n++
	if ev.ID == "" {
		ev.ID = fmt.Sprintf("event-%d", w.n)
	}
	if len(w.known) > 0 && w.chance(5, "again") {
		ev = pick(w, "which", w.known...)
	}
	before := encode(w.rt, w.state)
	turn, err := w.engine.Advance(w.state, ev, w.now)
	again, errAgain := w.engine.Advance(w.roundTrip(w.state), ev, w.now)
	if encode(w.rt, w.state) != before {
		w.rt.Fatalf("%s changed the state that it was given", ev.Kind)
	}
	if fmt.Sprint(err) != fmt.Sprint(errAgain) {
		w.rt.Fatalf("%s: %v; from the stored state: %v", ev.Kind, err, errAgain)
	}
	if err != nil {
		if !care.Permanent(err) {
			w.rt.Fatalf("%s: %v (%s)", ev.Kind, err, care.CodeOf(err))
		}
		return
	}
	if diff := cmp.Diff(encode(w.rt, turn), encode(w.rt, again)); diff != "" {
		w.rt.Fatalf("%s gives another turn from the stored state:\n%s", ev.Kind, diff)
	}
	w.sequence(turn)
	w.state = turn.State
	if wrong := w.engine.Misjudged(w.state); wrong != "" {
		w.rt.Fatalf("after %s a clock would be left as it is, which moves: %s", ev.Kind, wrong)
	}
	if turn.Duplicate {
		return
	}
	w.stillKnown()
	w.held()
	w.repeated(ev)
	w.effects(turn.Effects)
	w.known = append(w.known, ev)
}

func (w *walk) sequence(turn engine.Turn) {
	want := w.state.Seq
	if len(turn.Effects) > 0 {
		want++
	}
	if turn.State.Seq != want {
		w.rt.Fatalf("%s with %d effects: the sequence went from %d to %d", turn.Event.Kind, len(turn.Effects), w.state.Seq, turn.State.Seq)
	}
}

// held holds that nothing falls through, and that the engine does not spin.
func (w *walk) held() {
	s := w.state
	wake := w.engine.Wake(s)
	if s.Status == care.EnrollmentEnded {
		if wake != nil {
			w.rt.Fatalf("ended, it wants to be woken at %s", wake)
		}
		return
	}
	if len(engine.Holds(s)) == 0 {
		w.rt.Fatal("nothing holds it")
	}
	if wake == nil {
		w.rt.Fatal("it wants to be woken never again")
	}
	if !wake.After(w.now) {
		w.rt.Fatalf("at %s it wants to be woken at %s", w.now, wake)
	}
	for _, st := range s.Steps {
		if st.Status.Ended() && (st.EndedAt == nil || st.Task != nil && st.Task.Status.Open()) {
			w.rt.Fatalf("%s is %s and has open work", st.ID, st.Status)
		}
		if st.Status != care.StepOpen || st.Task == nil || !st.Task.Status.Open() {
			continue
		}
		clocks := 0
		for _, c := range s.Clocks {
			if c.Step == st.ID && c.Occurrence == st.Occurrence {
				clocks++
			}
		}
		if st.Task.Role == "" || clocks == 0 || st.Task.Next == nil || len(st.Task.Outcomes) == 0 {
			w.rt.Fatalf("%s is nobody's, has no deadline, or nobody can see what happens next: %s", st.ID, encode(w.rt, st))
		}
	}
}

func (w *walk) repeated(ev engine.Event) {
	turn, err := w.engine.Advance(w.state, ev, w.now.Add(time.Hour))
	if err != nil || !turn.Duplicate || len(turn.Effects) > 0 || encode(w.rt, turn.State) != encode(w.rt, w.state) {
		w.rt.Fatalf("%s a second time: %v, %d effects", ev.Kind, err, len(turn.Effects))
	}
}

// effects keeps what activities will answer, and holds that no rung speaks twice.
func (w *walk) effects(effects []engine.Effect) {
	queued := map[care.ID]bool{}
	for _, eff := range effects {
		switch {
		case eff.Start != nil:
			ev := engine.Event{ID: eff.Start.ID, Kind: pick(w, "other", engine.SubStarted, engine.SubStarted, engine.SubStarted, engine.SubRefused), Step: eff.Start.Parent.Step, Occurrence: eff.Start.Parent.Occurrence}
			if ev.Kind == engine.SubStarted {
				ev.Child, ev.Outcome = "child-"+eff.Start.ID, pick(w, "joined", "", "", "", "joined")
			}
			w.waiting = append(w.waiting, ev)
			if w.chance(60, "the other ends") {
				w.waiting = append(w.waiting, engine.Event{ID: "ended:" + eff.Start.ID, Kind: engine.SubEnded, Step: ev.Step, Occurrence: ev.Occurrence, Child: "child-" + eff.Start.ID, Outcome: care.EndCompleted})
			}
		case eff.End != nil:
			w.waiting = append(w.waiting, engine.Event{ID: eff.End.ID, Kind: engine.SubWithdrawn, Step: eff.End.Step, Occurrence: eff.End.Occurrence})
		case eff.Parent != nil:
			w.waiting = append(w.waiting, engine.Event{ID: eff.Parent.ID, Kind: engine.ParentTold})
		case eff.Search != nil:
			found := []engine.Candidate{{ServiceID: "s1", Name: "One"}, {ServiceID: "s2", Name: "Two"}, {ServiceID: "s3", Name: "Three"}}
			w.waiting = append(w.waiting, engine.Event{ID: eff.Search.ID, Kind: engine.ReferralCandidates, Step: eff.Search.Step, Occurrence: eff.Search.Occurrence, Candidates: found[:rapid.IntRange(0, 3).Draw(w.rt, "services")]})
		case eff.Message != nil && eff.Message.Status == care.MessageQueued:
			if queued[eff.Message.ID] {
				w.rt.Fatalf("the message %s %s is queued twice", eff.Message.Purpose, eff.Message.Template)
			}
			queued[eff.Message.ID] = true
			status := pick(w, "delivery", care.MessageSent, care.MessageSent, care.MessageFailed, care.MessageUnknown, care.MessageStopped)
			w.waiting = append(w.waiting, engine.Event{ID: "delivered:" + eff.Message.ID, Kind: engine.MessageDelivered, MessageID: eff.Message.ID, Delivery: &engine.Delivery{Status: status}})
		case eff.Transition != nil && eff.Transition.ItemKind == "escalation":
			w.rung(*eff.Transition)
		case eff.Escalation != nil:
			w.identify(*eff.Escalation)
		case eff.Timeline != nil:
			w.readable(*eff.Timeline)
		}
	}
}

// readable holds that a coordinator can read the timeline: every line says what and why, and names
// things as people do.
func (w *walk) readable(entry care.TimelineEntry) {
	for _, text := range []string{entry.Text, entry.Cause.Text} {
		text = strings.ReplaceAll(text, "New_York", "")
		if text == "" || strings.Contains(text, "_") || strings.Contains(text, "..") {
			w.rt.Fatalf("%s: %q because %q", entry.Kind, entry.Text, entry.Cause.Text)
		}
	}
}

func (w *walk) rung(t care.Transition) {
	if t.From == "" && w.raised[t.Item] {
		w.rt.Fatalf("the escalation %s was raised while it was open", t.Item)
	}
	switch care.EscalationStatus(t.To) {
	case care.EscalationResolved, care.EscalationWithdrawn:
		delete(w.raised, t.Item)
	default:
		w.raised[t.Item] = true
	}
}

// identify holds that one rung of one ladder is one escalation for ever.
func (w *walk) identify(esc care.Escalation) {
	if esc.Rung == 0 || w.identity == nil {
		return
	}
	key := fmt.Sprint(esc.Step, esc.Occurrence, esc.Cause.Clock, esc.Rung, esc.Kind)
	if known := w.identity[key]; known != "" && known != esc.ID {
		w.rt.Fatalf("the rung %s is two escalations", key)
	}
	w.identity[key] = esc.ID
}

// oneJumpIsManySteps holds that a long sleep and many short ones end alike.
func (w *walk) oneJumpIsManySteps() {
	span := time.Duration(rapid.IntRange(1, 60*24).Draw(w.rt, "span")) * time.Hour
	until := w.now.Add(span)
	jumped := w.ticked(w.state, until)
	walked := w.state
	for _, part := range []time.Duration{5, 4, 3, 2} {
		walked = w.ticked(walked, until.Add(-span/part))
	}
	for wake := w.engine.Wake(walked); wake != nil && wake.Before(until); wake = w.engine.Wake(walked) {
		walked = w.ticked(walked, *wake)
	}
	walked = w.ticked(walked, until)
	for _, s := range []*engine.State{&jumped, &walked} {
		s.Seq, s.Seen = 0, nil
	}
	if diff := cmp.Diff(encode(w.rt, jumped), encode(w.rt, walked)); diff != "" {
		w.rt.Fatalf("from %s to %s one jump ends otherwise than many ticks:\n%s", w.now, until, diff)
	}
}

func (w *walk) ticked(s engine.State, now time.Time) engine.State {
	turn, err := w.engine.Advance(s, engine.Event{Kind: engine.Tick}, now)
	if err != nil {
		w.rt.Fatal(err)
	}
	return turn.State
}
