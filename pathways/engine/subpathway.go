package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// pathwayKind starts another pathway for the same patient, and may wait for its end. Whether it starts
// is for the same rules to say as for every launch; where it does not, a person decides.
var pathwayKind = kind{open: openPathway, complete: completePathway, ranOut: pathwayRanOut}

// The outcomes of a pathway step, besides the other pathway's named ends, and of its tasks.
const (
	outcomeStarted   = "started"
	outcomeJoined    = "joined" // one that runs already follows it
	outcomeTryAgain  = "try_again"
	outcomeArranged  = "arranged"
	outcomeNotNeeded = "not_needed"
	outcomeOver      = "no_longer_awaited"
)

// SubRun is a pathway step's other pathway, as far as it is known.
type SubRun struct {
	Pathway string `json:"pathway"`
	Attempt int    `json:"attempt"`
	// Asked is true from when it is to be started until it is known whether it was.
	Asked        bool             `json:"asked,omitempty"`
	With         []care.FactValue `json:"with,omitempty"`
	EnrollmentID care.ID          `json:"enrollment_id,omitempty"` // once it has started
	EndedAs      string           `json:"ended_as,omitempty"`      // its named end
	// Await is true where the other pathway's end is waited for, Joined where it ran already.
	Await  bool `json:"await,omitempty"`
	Joined bool `json:"joined,omitempty"`
	// Ending is true from when it is to end with this one until that is done.
	Ending bool `json:"ending,omitempty"`
	// As is the name under which the other pathway was asked for, where the step has another one since.
	As *StepName `json:"as,omitempty"`
}

// SubLaunch asks for another enrollment of the same patient.
type SubLaunch struct {
	ID         string           `json:"id"` // the result event's identity
	Pathway    string           `json:"pathway"`
	PatientID  care.ID          `json:"patient_id"`
	Parent     Parent           `json:"parent"`
	Facts      []care.FactValue `json:"facts,omitempty"`
	Need       string           `json:"need,omitempty"`
	Encounter  *care.Encounter  `json:"encounter,omitempty"` // the stay that the parent follows
	OccurredAt time.Time        `json:"occurred_at,omitzero"`
	// Await asks to be told of the end, also where the other pathway ran already.
	Await bool `json:"await,omitempty"`
}

// Parent is the step of an enrollment that started another one.
type Parent struct {
	EnrollmentID care.ID `json:"enrollment_id"`
	Step         string  `json:"step"`
	Occurrence   int     `json:"occurrence"`
}

// SubEnd asks for the end of an enrollment that the one which started it did not outlive.
type SubEnd struct {
	ID           string  `json:"id"` // the result event's identity
	EnrollmentID care.ID `json:"enrollment_id"`
	Step         string  `json:"step"`
	Occurrence   int     `json:"occurrence"`
	Reason       string  `json:"reason"`
}

// Joiner is the step of another enrollment that found this one running, and waits for its end too.
type Joiner struct {
	Parent
	Untold bool `json:"untold,omitempty"`
}

// awaitsJoined is the engine's version from which a step that waits for another pathway's end waits for
// it also where that one ran already, and does not end what it has not started. Before, it was over at
// once.
const awaitsJoined = 3

// ParentNews tells the enrollment that started this one how it ended.
type ParentNews struct {
	ID      string  `json:"id"` // the event's identity with the parent, and the result's here
	Parent  Parent  `json:"parent"`
	Child   care.ID `json:"child"`
	Outcome string  `json:"outcome"`
}

func openPathway(r *run, st *Step, spec *pathways.Step) {
	st.Sub = &SubRun{Pathway: spec.Pathway.Start}
	for _, g := range spec.Pathway.With {
		if v, _ := r.program.Eval(g.From, values{r: r, step: st}); v != nil {
			if at, isTime := v.(time.Time); isTime {
				v = at.Format(time.RFC3339Nano)
			}
			st.Sub.With = append(st.Sub.With, care.FactValue{Name: g.Name, Value: v, At: r.at, From: "given by " + r.s.EnrollmentID})
		}
	}
	if spec.Pathway.Wait {
		r.armOwn(st, clockWait)
		st.Sub.Await = r.s.Engine >= awaitsJoined
	}
	r.startOther(st)
}

// startOther asks for the other pathway. Whoever asks again asks for the same enrollment.
func (r *run) startOther(st *Step) {
	st.Sub.Attempt++
	st.Sub.Asked = true
	r.armOwn(st, clockSearch)
	r.effects = append(r.effects, Effect{Kind: StartPathway, Start: subLaunchOf(r.s, st)})
}

// subLaunchOf is the launch that a pathway step awaits.
func subLaunchOf(s State, st *Step) *SubLaunch {
	as := st.askedAs()
	l := &SubLaunch{
		ID:      subID(s, st, strconv.Itoa(st.Sub.Attempt)),
		Pathway: st.Sub.Pathway, PatientID: s.PatientID, Encounter: s.Encounter,
		Parent: Parent{EnrollmentID: s.EnrollmentID, Step: as.Step, Occurrence: as.Occurrence}, Await: st.Sub.Await,
	}
	if st.OpenedAt != nil {
		l.OccurredAt = *st.OpenedAt
	}
	for _, f := range st.Sub.With {
		if f.Name == pathways.GivenNeed {
			l.Need, _ = f.Value.(string)
		}
		l.Facts = append(l.Facts, f)
	}
	return l
}

func subID(s State, st *Step, what string) care.ID {
	as := st.askedAs()
	return care.DeriveID(s.StartedAt, s.EnrollmentID, as.Step, strconv.Itoa(as.Occurrence), "pathway", what)
}

// askedAs is the name under which a step asks for another pathway: the one that it first asked by.
func (st *Step) askedAs() StepName {
	if st.Sub.As != nil {
		return *st.Sub.As
	}
	return StepName{st.ID, st.Occurrence}
}

// subStep finds the pathway step that an event is about; nil where the state no longer has it.
func (r *run) subStep() *Step {
	st := r.stepByNumber(r.ev.Step, r.ev.Occurrence)
	if st == nil || st.Sub == nil {
		return nil
	}
	return st
}

// otherStarted takes that the other pathway runs.
func (r *run) otherStarted() error {
	st := r.subStep()
	if st == nil {
		return nil
	}
	sub := st.changeSub()
	sub.Asked, sub.EnrollmentID = false, r.ev.Child
	sub.Joined = r.ev.Outcome == outcomeJoined && r.s.Engine >= awaitsJoined
	if r.s.Status == care.EnrollmentEnded {
		r.endOther(st)
		return nil
	}
	text := ": started."
	if sub.Joined {
		text = ": runs already, and goes on."
	}
	r.tell("pathway.started", st.ID, r.stepTitle(st)+text, r.causeOf("steps."+st.ID, 0, ""))
	if st.Status != care.StepOpen {
		return nil
	}
	r.settled(st)
	switch {
	case r.ev.Outcome == outcomeJoined && !sub.Await:
		r.endStep(st, care.StepDone, outcomeJoined, r.at, "one that runs already follows it")
	case sub.EndedAs != "":
		r.endStep(st, care.StepDone, sub.EndedAs, r.at, "")
	case !r.spec(st.ID).Pathway.Wait:
		r.endStep(st, care.StepDone, outcomeStarted, r.at, "")
	}
	return nil
}

// settled closes the question whether the other pathway starts.
func (r *run) settled(st *Step) {
	r.stopOwn(st, clockSearch, r.at)
	r.cancelClock(r.clockFor(st, clockDecide))
	r.closeTask(st, true, outcomeStarted, r.at, "it has started")
	r.closeEscalationsOf(st, "it has started")
}

// otherRefused gives the question to a person: the rules of the other pathway do not let it start.
func (r *run) otherRefused() error {
	st := r.subStep()
	if st == nil || !st.Sub.Asked {
		return nil
	}
	st.changeSub().Asked = false
	if st.Status == care.StepOpen {
		r.stopOwn(st, clockSearch, r.at)
		r.askOther(st, reasonOr(r.ev.Reason, "it was refused"))
	}
	return nil
}

// askOther asks a person what is to become of a pathway that does not start.
func (r *run) askOther(st *Step, why string) {
	why = clause(why)
	if st.Task != nil && st.Task.Status.Open() {
		return
	}
	r.openTask(st, taskPlan{
		title: "Decide: " + plain(r.spec(st.ID).Pathway.Start) + " could not be started", why: why, part: "refused" + strconv.Itoa(st.Sub.Attempt),
		instructions: sentence(strings.ToUpper(why[:1]) + why[1:]),
		outcomes:     []string{outcomeTryAgain, outcomeArranged, outcomeNotNeeded},
	})
	r.armOwn(st, clockDecide)
	r.tell("pathway.refused", st.ID, r.stepTitle(st)+" could not be started: "+why+".", st.Task.Cause)
}

// otherEnded takes how the other pathway ended. It may be told before its start is.
func (r *run) otherEnded() error {
	st := r.subStep()
	if st == nil {
		return nil
	}
	if st.Sub.EndedAs != "" {
		return nil
	}
	sub := st.changeSub()
	sub.EndedAs, sub.EnrollmentID, sub.Ending = r.ev.Outcome, r.ev.Child, false
	if r.s.Status == care.EnrollmentEnded {
		return nil
	}
	r.tell("pathway.ended", st.ID, fmt.Sprintf("%s: ended as %s.", r.stepTitle(st), plain(r.ev.Outcome)), r.causeOf("steps."+st.ID, 0, ""))
	if st.Status == care.StepOpen && !sub.Asked {
		r.endStep(st, care.StepDone, r.ev.Outcome, r.at, "")
	}
	return nil
}

// endOther asks for the end of the other pathway where it ends with this one.
func (r *run) endOther(st *Step) {
	spec := r.spec(st.ID)
	if st.Sub == nil || spec == nil || spec.Pathway == nil || !spec.Pathway.EndsWithParent || st.Sub.Joined || st.Sub.EnrollmentID == "" || st.Sub.EndedAs != "" || st.Sub.Ending {
		return
	}
	st.changeSub().Ending = true
	r.effects = append(r.effects, Effect{Kind: EndPathway, End: subEndOf(r.s, st)})
}

func subEndOf(s State, st *Step) *SubEnd {
	return &SubEnd{
		ID: subID(s, st, "end"), EnrollmentID: st.Sub.EnrollmentID, Step: st.ID, Occurrence: st.Occurrence,
		Reason: "the pathway that started it has ended",
	}
}

// endOthers ends with the enrollment what does not outlive it.
func (r *run) endOthers() {
	for _, st := range r.s.Steps {
		if st.Sub != nil {
			r.endOther(st)
		}
	}
}

// otherWithdrawn takes that the end of the other pathway was asked for.
func (r *run) otherWithdrawn() error {
	if st := r.subStep(); st != nil {
		st.changeSub().Ending = false
	}
	return nil
}

// tellParent tells the enrollments that wait for the end of this one how it ended.
func (r *run) tellParent() {
	if r.s.Outcome == "" {
		return
	}
	if r.s.Parent != nil {
		r.s.Untold = true
		r.effects = append(r.effects, Effect{Kind: TellParent, Parent: parentNewsOf(r.s)})
	}
	r.s.Joiners = slices.Clone(r.s.Joiners)
	for i := range r.s.Joiners {
		r.s.Joiners[i].Untold = true
		r.effects = append(r.effects, Effect{Kind: TellParent, Parent: joinerNewsOf(r.s, r.s.Joiners[i])})
	}
}

func parentNewsOf(s State) *ParentNews {
	return &ParentNews{ID: "ended:" + s.EnrollmentID, Parent: *s.Parent, Child: s.EnrollmentID, Outcome: s.Outcome}
}

func joinerNewsOf(s State, j Joiner) *ParentNews {
	return &ParentNews{ID: JoinedNewsID(s.EnrollmentID, j.Parent), Parent: j.Parent, Child: s.EnrollmentID, Outcome: s.Outcome}
}

// JoinedNewsID is the identity of the news that an enrollment has ended, for a step that found it
// running.
func JoinedNewsID(child care.ID, p Parent) string {
	return fmt.Sprintf("ended:%s:%s:%s:%d", child, p.EnrollmentID, p.Step, p.Occurrence)
}

// parentJoined takes that a step of another enrollment waits for the end of this one too.
func (r *run) parentJoined() error {
	p := r.ev.Parent
	if p == nil || p.EnrollmentID == "" || p.EnrollmentID == r.s.EnrollmentID {
		return care.Errorf(care.Invalid, "say which step of which enrollment waits for this one's end").At("parent")
	}
	if r.s.Parent != nil && *r.s.Parent == *p || slices.ContainsFunc(r.s.Joiners, func(j Joiner) bool { return j.Parent == *p }) {
		return nil
	}
	r.s.Joiners = append(slices.Clip(r.s.Joiners), Joiner{Parent: *p})
	r.tell("pathway.joined", "", "Another pathway of the patient needs the same, and waits for the end of this one.", r.causeOf("", 0, ""))
	return nil
}

func (r *run) parentTold() error {
	i := slices.IndexFunc(r.s.Joiners, func(j Joiner) bool { return JoinedNewsID(r.s.EnrollmentID, j.Parent) == r.ev.ID })
	if i < 0 {
		r.s.Untold = false
		return nil
	}
	r.s.Joiners = slices.Clone(r.s.Joiners)
	r.s.Joiners[i].Untold = false
	return nil
}

// pathwayRanOut is where the answer, or the end of the other pathway, was waited for long enough.
func pathwayRanOut(r *run, st *Step, c *Clock) bool {
	switch c.Name {
	case clockSearch:
		r.askOther(st, "nothing was heard of it by "+r.inWords(c.Due))
		return true
	case clockWait:
	default:
		return false
	}
	st.Missed = true
	if st.Task != nil && st.Task.Status.Open() {
		return true // whether it starts is being decided
	}
	why := "it has not ended by " + r.inWords(c.Due)
	r.openTask(st, taskPlan{
		title: "Find out what became of " + plain(r.spec(st.ID).Pathway.Start), why: why, part: "waited." + strconv.FormatInt(c.Due.Unix(), 36),
		outcomes: []string{outcomeKeepWaiting, outcomeOver},
	})
	st.Task.Missed = true
	r.armOwn(st, clockDecide)
	r.tell("pathway.late", st.ID, r.stepTitle(st)+": "+why+".", r.overdueCause(c))
	return true
}

func completePathway(r *run, st *Step, spec *pathways.Step) error {
	if !slices.Contains(st.Task.Outcomes, r.ev.Outcome) {
		return care.Errorf(care.Invalid, "the outcome must be one of %s", strings.Join(st.Task.Outcomes, ", ")).At("outcome").By("steps." + st.ID)
	}
	happened, err := r.happened(st)
	if err != nil {
		return err
	}
	r.closeTask(st, true, r.ev.Outcome, happened, r.ev.Reason)
	r.cancelClock(r.clockFor(st, clockDecide))
	switch r.ev.Outcome {
	case outcomeTryAgain:
		r.closeEscalationsOf(st, "it is tried again")
		st.changeSub()
		r.startOther(st)
	case outcomeKeepWaiting:
		r.closeEscalationsOf(st, "it is waited for again")
		r.waitOn(st, spec)
	case outcomeNotNeeded:
		r.endStep(st, care.StepSkipped, outcomeNotNeeded, happened, reasonOr(r.ev.Reason, "it is not needed"))
	default:
		r.endStep(st, care.StepDone, r.ev.Outcome, happened, r.ev.Reason)
	}
	return nil
}

// waitOn waits for the other pathway as long again.
func (r *run) waitOn(st *Step, spec *pathways.Step) {
	off, err := care.ParseOffset(spec.Pathway.Within)
	if err != nil {
		off = care.Offset{N: 2, Unit: care.BusinessDays}
	}
	c := r.armOwn(st, clockWait)
	deadline := r.s.Calendar.Deadline(r.at, off, r.zone)
	c.Moved, c.Due, c.Reason = true, deadline.Due, deadline.Reason
	st.Missed = false
}

// changeSub gives what may be changed of the step's other pathway. What lies behind the pointer is
// replaced, never changed: the turn before may still hold it.
func (st *Step) changeSub() *SubRun {
	sub := *st.Sub
	st.Sub = &sub
	return st.Sub
}
