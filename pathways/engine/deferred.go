package engine

import (
	"fmt"
	"slices"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// defersEvents is the engine's version from which nothing that an event calls for gets lost while the
// enrollment stands still. Before, only answers to questionnaires were heard afterwards.
const defersEvents = 3

// Deferred is what an event called for while the enrollment stood still. The question whether it calls
// for it is asked when the event comes, with what is known then, as it would be without the stop; what
// it calls for begins when the enrollment goes on, in the order in which the events came.
type Deferred struct {
	Track string `json:"track,omitempty"` // a track to be started
	Step  string `json:"step,omitempty"`  // or a step that waits for the event
	// ID is that of the escalation by which a person hears of it meanwhile; empty where nobody's work
	// hangs on it.
	ID    care.ID    `json:"id,omitempty"`
	At    time.Time  `json:"at"`
	Cause care.Cause `json:"cause"`
}

// escalationWaiting is the kind of escalation that tells a person what waits for a stop to end.
const escalationWaiting = "waiting"

func (r *run) standsStill() bool {
	return r.s.Status == care.EnrollmentPaused || r.s.Status == care.EnrollmentSuspended
}

// beginsIn tells whether something may begin now whose author said how a pause is to be taken. A
// suspension stops everything: another ward has the patient, or the launch itself is in doubt.
func (r *run) beginsIn(pause string) bool {
	return r.s.Status == care.EnrollmentActive || r.s.Status == care.EnrollmentPaused && pause == pathways.PauseNever
}

// pauseOf is how a pause is to be taken by a step: as it says itself, else as its track does.
func (r *run) pauseOf(st *Step, spec *pathways.Step) string {
	if spec.Pause != "" {
		return spec.Pause
	}
	if t := r.def.TrackByName(st.Track); t != nil {
		return t.Pause
	}
	return ""
}

// deferWhatCame notes what the present event calls for and what cannot begin now.
func (r *run) deferWhatCame() {
	if r.s.Engine < defersEvents || !r.standsStill() {
		return
	}
	for _, t := range r.def.Tracks {
		if t.On == "" || !r.came(t.On) || slices.Contains(r.started, t.Name) || r.trackRunning(t) {
			continue
		}
		if v := r.holds(t.When, values{r: r, on: t.On}); v.True {
			r.deferIt(Deferred{Track: t.Name, Cause: r.trackCause(t, v)}, r.def.StepByID(t.Steps[0]), r.trackTitle(&t, t.Name))
		}
	}
	for _, st := range r.s.Steps {
		spec := r.spec(st.ID)
		if spec == nil {
			continue
		}
		switch {
		case spec.On != "" && r.came(spec.On) && r.isReady(st, spec) && !st.Offered:
			if v := r.holds(spec.When, values{r: r, step: st, on: spec.On}); v.True {
				r.deferIt(Deferred{Step: st.ID, Cause: r.openingCause(st, spec, v)}, spec, r.titleOf(spec))
			}
		case waitsForEvent(spec) && r.came(spec.Wait.On) && (r.isReady(st, spec) && spec.On == "" || st.Status == care.StepOpen && !slices.Contains(r.opened, st)):
			cause := r.causeOf("steps."+st.ID+".wait", spec.Line, "")
			cause.Text = r.eventInWords(spec.Wait.On)
			r.deferIt(Deferred{Step: st.ID, Cause: cause}, spec, r.titleOf(spec))
		}
	}
}

// isReady tells whether a waiting step would hear an event if the enrollment went on: it waits for
// nothing else.
func (r *run) isReady(st *Step, spec *pathways.Step) bool {
	return st.Status == care.StepWaiting && r.afterEnded(spec) && (st.OpensAt == nil || !st.OpensAt.After(r.at))
}

func waitsForEvent(spec *pathways.Step) bool { return spec.Wait != nil && spec.Wait.On != "" }

// deferIt keeps one thing that is called for, once, and tells the person whose work it will be.
func (r *run) deferIt(d Deferred, first *pathways.Step, title string) {
	if slices.ContainsFunc(r.s.Deferred, func(other Deferred) bool { return other.Track == d.Track && other.Step == d.Step }) {
		return // as a second event would find it running already
	}
	d.At = r.at
	text := fmt.Sprintf("%s begins when the pathway goes on", quoted(title))
	if first == nil || first.Discretionary || first.Wait != nil {
		r.tell("event.deferred", d.Step, text+".", d.Cause)
		r.s.Deferred = append(r.s.Deferred, d)
		return
	}
	d.ID = care.DeriveID(r.s.StartedAt, r.s.EnrollmentID, "deferred", d.Track, d.Step, r.at.UTC().Format(time.RFC3339Nano))
	r.s.Deferred = append(r.s.Deferred, d)
	r.raise(care.Escalation{
		ID: d.ID, Level: r.def.OwnerOf(first), Kind: escalationWaiting, Cause: d.Cause,
		Text: fmt.Sprintf("%s: %s. %s; let it go on now if this cannot wait.", text, clause(d.Cause.Text), r.stopInWords()),
	}, true)
}

// stopInWords says since when the enrollment stands still, and until when.
func (r *run) stopInWords() string {
	if p := r.s.Pause; p != nil {
		return fmt.Sprintf("It is paused until %s (%s)", r.inWords(p.Until), clause(p.Reason))
	}
	return fmt.Sprintf("It is suspended since %s (%s)", r.day(r.s.Suspension.Since), clause(r.s.Suspension.Reason))
}

// beginDeferred begins the first of what waited for the enrollment to go on, and tells whether there
// was anything.
func (r *run) beginDeferred() bool {
	if r.s.Status != care.EnrollmentActive || len(r.s.Deferred) == 0 {
		return false
	}
	d := r.s.Deferred[0]
	r.s.Deferred = r.s.Deferred[1:]
	came := d.At
	d.Cause.Text = fmt.Sprintf("%s (it came on %s, while the pathway stood still)", clause(d.Cause.Text), r.inWords(came))
	if t := r.def.TrackByName(d.Track); t != nil && !r.trackRunning(*t) {
		r.startTrack(*t, d.Cause)
	}
	if st := r.deferredStep(d.Step); st != nil {
		r.beginDeferredStep(st, d.Cause)
	}
	r.closeEscalation(d.ID, care.EscalationResolved, "the pathway goes on")
	return true
}

// deferredStep finds the occurrence of a step that an event is kept for; nil where there is none any
// more that waits for it.
func (r *run) deferredStep(id string) *Step {
	for _, st := range r.s.Steps {
		if spec := r.spec(id); st.ID == id && spec != nil && (r.isReady(st, spec) || st.Status == care.StepOpen && waitsForEvent(spec)) {
			return st
		}
	}
	return nil
}

func (r *run) beginDeferredStep(st *Step, cause care.Cause) {
	spec := r.spec(st.ID)
	switch {
	case st.Status == care.StepOpen:
		r.endStep(st, care.StepDone, "came", r.at, cause.Text)
		return
	case spec.On == "":
		return // its own condition keeps it waiting
	}
	st.Cause = cause
	switch {
	case spec.Discretionary:
		st.Offered = true
		r.tell("step.offered", st.ID, "May be begun: "+r.titleOf(spec)+".", cause)
	case st.Kind == pathways.KindMessage:
		st.Ready = true
	default:
		r.openStep(st, spec)
	}
}

// letGoOfDeferred forgets that a track waits: it has begun.
func (r *run) letGoOfDeferred(track string) {
	for _, d := range slices.Clone(r.s.Deferred) {
		if d.Track == track {
			r.closeEscalation(d.ID, care.EscalationResolved, "it has begun")
		}
	}
	r.s.Deferred = slices.DeleteFunc(r.s.Deferred, func(d Deferred) bool { return d.Track == track })
}
