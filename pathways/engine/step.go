package engine

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// kind is what one kind of step does. To add one: a file with its functions, and a line in kinds.
type kind struct {
	// open begins the step. It may end it at once.
	open func(r *run, st *Step, spec *pathways.Step)
	// complete answers task.complete for the step's task.
	complete func(r *run, st *Step, spec *pathways.Step) error
	// ranOut is asked when one of the step's clocks runs out; true: the kind dealt with it.
	ranOut func(r *run, st *Step, c *Clock) bool
	// watch is asked whenever something changed while the step is open; true: it changed something.
	watch func(r *run, st *Step, spec *pathways.Step) bool
	// drop lets go of what the step holds besides its task, when it is ended from outside.
	drop func(r *run, st *Step, why string)
}

var kinds map[string]kind

func init() { //nolint:gochecknoinits // the table refers to functions that refer to the table
	kinds = map[string]kind{
		pathways.KindTask:        taskKind,
		pathways.KindAppointment: appointmentKind,
		pathways.KindMessage:     messageKind,
		pathways.KindReferral:    referralKind,
		pathways.KindWait:        waitKind,
		pathways.KindMilestone:   milestoneKind,

		pathways.KindQuestionnaire: questionnaireKind,
		pathways.KindScore:         scoreKind,
		pathways.KindPathway:       pathwayKind,
	}
}

// spec gives what defines a step: the definition, or what a person added for this enrollment.
func (r *run) spec(id string) *pathways.Step {
	if spec := r.def.StepByID(id); spec != nil {
		return spec
	}
	for i := range r.s.Personal {
		if r.s.Personal[i].ID == id {
			return &r.s.Personal[i]
		}
	}
	return nil
}

// latest gives the latest occurrence of a step that has begun, else its first.
func (r *run) latest(id string) *Step {
	var found *Step
	for _, st := range r.s.Steps {
		if st.ID != id {
			continue
		}
		if found == nil || st.Status != care.StepWaiting {
			found = st
		}
	}
	return found
}

// place adds a waiting occurrence of a step, the first of its round, under the number or the next one that
// nothing was called by.
func (r *run) place(spec *pathways.Step, occurrence int, track string, cause care.Cause) *Step {
	st := &Step{ID: spec.ID, Occurrence: r.freeFrom(spec.ID, occurrence), Round: 1, Kind: spec.Kind(), Track: track, Status: care.StepWaiting, Cause: cause}
	st.Personal = r.def.StepByID(spec.ID) == nil
	r.s.Steps = append(r.s.Steps, st)
	return st
}

// moveSteps makes the first change that the present facts allow, and tells whether there was one.
func (r *run) moveSteps() bool {
	for _, st := range r.s.Steps {
		spec := r.spec(st.ID)
		if spec == nil {
			continue
		}
		if st.Status == care.StepOpen {
			if watch := kinds[st.Kind].watch; watch != nil && r.s.Status != care.EnrollmentSuspended && watch(r, st, spec) {
				return true
			}
			continue
		}
		if st.Status == care.StepWaiting && r.beginsIn(r.pauseOf(st, spec)) && r.moveWaiting(st, spec) {
			return true
		}
	}
	return false
}

func (r *run) moveWaiting(st *Step, spec *pathways.Step) bool {
	if !r.afterEnded(spec) {
		return false
	}
	if st.Round > 1 {
		return r.repeatStep(st, spec)
	}
	if spec.Discretionary {
		return r.offer(st, spec)
	}
	if !st.Ready {
		if spec.On != "" && !r.came(spec.On) {
			return false
		}
		verdict := r.holds(spec.When, values{r: r, step: st, on: spec.On})
		if !verdict.True {
			return r.notNow(st, spec, verdict)
		}
		st.Cause = r.openingCause(st, spec, verdict)
	}
	if st.Kind == pathways.KindMessage {
		st.Ready = true
		if due, ended := r.messageDue(st, spec); !due {
			return ended
		}
	}
	r.openStep(st, spec)
	return true
}

// repeatStep opens a repetition when its time has come, or ends the series.
func (r *run) repeatStep(st *Step, spec *pathways.Step) bool {
	if st.OpensAt != nil && st.OpensAt.After(r.at) {
		return false
	}
	if spec.Repeat.Until != "" {
		if v := r.holds(spec.Repeat.Until, values{r: r, step: st}); v.True {
			r.endStep(st, care.StepSkipped, "", r.at, "no longer repeated: "+v.words())
			return true
		}
	}
	st.Cause = r.causeOf("steps."+spec.ID+".repeat", spec.Line, "")
	st.Cause.Text = fmt.Sprintf("time %d of %d, every %s", st.Round, spec.Repeat.Times, spec.Repeat.Every)
	r.openStep(st, spec)
	return true
}

// notNow leaves a watched step waiting, and skips one whose condition was to be asked only once.
func (r *run) notNow(st *Step, spec *pathways.Step, verdict answer) bool {
	if len(spec.After) == 0 {
		return false
	}
	r.endStep(st, care.StepSkipped, "", r.at, verdict.words())
	return true
}

// withdrawNeedless takes back the steps that began because of what was now corrected, and that
// nobody has begun to work on. They wait anew, so that every order of the same news ends alike.
func (r *run) withdrawNeedless() {
	for _, st := range slices.Clone(r.s.Steps) {
		spec := r.spec(st.ID)
		if st.Status != care.StepOpen || st.Kind != pathways.KindTask || st.Round > 1 || spec.When == "" || len(spec.After) > 0 || spec.On != "" {
			continue
		}
		if st.Task.Status == care.TaskInProgress || st.Task.Assignee != "" || len(st.Attempts) > 0 {
			continue
		}
		v := r.holds(spec.When, values{r: r, step: st})
		if v.True || len(v.Unknown) > 0 {
			continue
		}
		r.endStep(st, care.StepSkipped, "", r.at, "no longer needed; "+v.words())
		r.place(spec, st.Occurrence+1, st.Track, st.Cause)
	}
}

// openingCause says why a step opens: what came before, the condition, the event.
func (r *run) openingCause(st *Step, spec *pathways.Step, verdict answer) care.Cause {
	cause := r.causeOf("steps."+spec.ID, spec.Line, "")
	var parts []string
	for _, id := range spec.After {
		if before := r.spec(id); before != nil {
			parts = append(parts, r.titleOf(before)+" is over")
		}
	}
	if spec.When != "" {
		parts = append(parts, verdict.words())
	}
	if spec.On != "" {
		parts = append(parts, r.eventInWords(spec.On))
	}
	switch {
	case len(parts) > 0:
	case st.Track != "" && r.s.Engine >= namesTrackCause:
		parts = append(parts, st.Cause.Text) // what started the track
	default:
		parts = append(parts, "the pathway started")
	}
	cause.Text = strings.Join(parts, "; ")
	return cause
}

// namesTrackCause is the engine's version from which the steps of a track say what started it. Before,
// they said that the pathway had started.
const namesTrackCause = 3

func (r *run) afterEnded(spec *pathways.Step) bool {
	for _, id := range spec.After {
		found := false
		for _, other := range r.s.Steps {
			if other.ID != id {
				continue
			}
			found = true
			if !other.Status.Ended() {
				return false
			}
		}
		if !found {
			return false // the step of a track that was not started
		}
	}
	return true
}

// openStep begins a step and places its next repetition.
func (r *run) openStep(st *Step, spec *pathways.Step) {
	at := r.at
	st.Status, st.OpenedAt, st.OpensAt, st.Ready = care.StepOpen, &at, nil, false
	st.Offered = false
	if !r.ticking || len(r.answered) > 0 {
		r.opened = append(r.opened, st)
	}
	r.tell("step.opened", st.ID, "Began: "+r.title(st)+".", st.Cause)
	kinds[st.Kind].open(r, st, spec)
	if spec.Repeat == nil || st.Round >= spec.Repeat.Times {
		return
	}
	off, err := care.ParseOffset(spec.Repeat.Every)
	if err != nil {
		return
	}
	next := r.place(spec, st.Occurrence+1, st.Track, st.Cause)
	next.Round = st.Round + 1
	opens := r.shift(at, off)
	next.OpensAt = &opens
}

// endStep ends a step, once: its task, its clocks and its escalations with it. happened is when
// what ended it happened, which may be earlier than it became known.
func (r *run) endStep(st *Step, status care.StepStatus, outcome string, happened time.Time, reason string) {
	if st.Status.Ended() {
		return
	}
	wasOpen := st.Status == care.StepOpen
	if st.Task != nil && st.Task.Status.Open() {
		r.describeDue(st) // for the last time, while its clocks are as they were
	}
	reason = clause(reason)
	st.Status, st.Outcome, st.Reason, st.EndedAt, st.OpensAt, st.Ready = status, outcome, reason, &happened, nil, false
	st.Offered = false
	done := status == care.StepDone
	inTime := r.endClocks(st, done, happened)
	if done && inTime && st.Missed {
		st.Missed = false
		r.tell("step.in_time", st.ID, fmt.Sprintf("%s was done in time, on %s; it was only recorded late.", r.stepTitle(st), r.inWords(happened)), r.causeOf("steps."+st.ID, 0, ""))
	}
	r.closeTask(st, done, outcome, happened, reason)
	why := r.endedInWords(st, happened)
	if inTime {
		r.answerEscalations(st, &happened, why)
	} else {
		r.closeEscalationsOf(st, why)
	}
	if !done {
		if drop := kinds[st.Kind].drop; drop != nil {
			drop(r, st, reason)
		}
	}
	if wasOpen || status == care.StepSkipped {
		r.tell("step."+string(status), st.ID, r.stepEndInWords(st), r.causeOf("steps."+st.ID, 0, ""))
	}
	if r.ending == "" && !r.moving {
		r.recomputeAfter(st, clause(r.stepTitle(st))+" is over")
	}
}

// endClocks ends the clocks of a step, and tells whether it was done by all of them.
func (r *run) endClocks(st *Step, done bool, happened time.Time) (inTime bool) {
	inTime = done
	for _, c := range r.s.Clocks {
		if c.Step != st.ID || c.Occurrence != st.Occurrence {
			continue
		}
		if !done {
			r.cancelClock(c)
			continue
		}
		r.stop(c, happened)
		inTime = inTime && c.Status != care.ClockMissed
	}
	return inTime
}

func (r *run) endedInWords(st *Step, happened time.Time) string {
	switch st.Status {
	case care.StepDone:
		return "it was done on " + r.inWords(happened)
	case care.StepSkipped:
		return "it was skipped"
	}
	return "it was called off"
}

func (r *run) stepEndInWords(st *Step) string {
	text := string(st.Status)
	if st.Outcome != "" {
		text = plain(st.Outcome)
	}
	if st.Reason != "" {
		text += " (" + st.Reason + ")"
	}
	return r.stepTitle(st) + ": " + text + "."
}

// requiredStatuses gives the statuses of what the pathway's completion waits for: the required
// steps of the definition, and every other step that was opened and is not optional.
func (r *run) requiredStatuses() []string {
	var out []string
	for _, st := range r.s.Steps {
		spec := r.spec(st.ID)
		if spec == nil || spec.Optional || spec.Discretionary {
			continue
		}
		watched := len(spec.After) == 0 && (spec.When != "" || spec.On != "")
		begun := st.Status != care.StepWaiting
		if watched && !begun {
			continue
		}
		out = append(out, string(st.Status))
	}
	return out
}

// startTracks starts the first track whose trigger has come.
func (r *run) startTracks() bool {
	for _, t := range r.def.Tracks {
		if !r.beginsIn(t.Pause) || r.trackRunning(t) {
			continue
		}
		byEvent := t.On != "" && r.came(t.On) && !slices.Contains(r.started, t.Name)
		byCondition := t.On == "" && t.When != "" && r.trackRuns(t.Name) == 0
		if !byEvent && !byCondition {
			continue
		}
		verdict := r.holds(t.When, values{r: r, on: t.On})
		if !verdict.True {
			continue
		}
		r.startTrack(t, r.trackCause(t, verdict))
		return true
	}
	return false
}

// trackCause says why a track starts: the event, the condition.
func (r *run) trackCause(t pathways.Track, verdict answer) care.Cause {
	cause := r.causeOf("tracks."+t.Name, t.Line, "")
	var why []string
	if t.On != "" {
		why = append(why, r.eventInWords(t.On))
	}
	if t.When != "" {
		why = append(why, verdict.words())
	}
	cause.Text = strings.Join(why, "; ")
	return cause
}

func (r *run) trackRuns(track string) int {
	n := 0
	for _, run := range r.s.Tracks {
		if run.Track == track {
			n++
		}
	}
	return n
}

func (r *run) trackRunning(t pathways.Track) bool {
	for _, st := range r.s.Steps {
		if spec := r.spec(st.ID); spec != nil && spec.Discretionary && st.Status == care.StepWaiting {
			continue // what nobody need begin keeps no track running
		}
		if st.Track == t.Name && !st.Status.Ended() {
			return true
		}
	}
	return false
}

func (r *run) startTrack(t pathways.Track, cause care.Cause) {
	run := r.trackRuns(t.Name) + 1
	r.s.Tracks = append(r.s.Tracks, TrackRun{Track: t.Name, Run: run, At: r.at})
	if !r.ticking || len(r.answered) > 0 {
		r.started = append(r.started, t.Name)
	}
	r.letGoOfDeferred(t.Name)
	name := reasonOr(t.Title, plain(t.Name))
	r.tell("track.started", "", "Started beside the plan: "+name+".", cause)
	for _, id := range t.Steps {
		spec := r.def.StepByID(id)
		if spec == nil || r.stillOffered(spec, t.Name) {
			continue
		}
		occurrence := 1
		for _, st := range r.s.Steps {
			if st.ID == id && st.Occurrence >= occurrence {
				occurrence = st.Occurrence + 1
			}
		}
		r.place(spec, occurrence, t.Name, cause)
	}
}
