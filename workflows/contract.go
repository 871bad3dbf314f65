package workflows

import (
	"context"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// The task queues. Deliveries have their own, so that a stuck mail gateway cannot starve commits.
const (
	PathwayQueue  = "pathways"
	DeliveryQueue = "deliveries"
)

// The names that histories hold. None may change while workflows run.
const (
	EnrollmentWorkflow   = "enrollment"
	SubmitUpdate         = "submit"
	AdoptUpdate          = "adopt"
	StateQuery           = "state"
	CommitActivity       = "commit"
	RemindActivity       = "remind"
	EscalateActivity     = "escalate"
	SendLinkActivity     = "link_send"
	FindServicesActivity = "link_find"
	StartPathwayActivity = "pathway_start"
	EndPathwayActivity   = "pathway_end"
	TellParentActivity   = "pathway_tell"
)

// WorkflowID gives the id under which an enrollment's workflow runs.
func WorkflowID(enrollmentID care.ID) string { return "enr-" + enrollmentID }

// Input is what an enrollment's workflow starts with. The whole definition travels in it, so that
// nothing is looked up while a pathway runs.
type Input struct {
	Definition pathways.Definition `json:"definition"`
	// State is where to go on, after continue-as-new and after a repair; nil on a fresh start, whose
	// first event then is enrollment.started.
	State *engine.State `json:"state,omitempty"`
	// Pending are the messages and searches that were asked for and have no result yet.
	Pending []engine.Effect `json:"pending,omitempty"`
}

// Receipt is what a submitted event led to. It is given after the turn was committed.
type Receipt struct {
	EnrollmentID care.ID `json:"enrollment_id"`
	// Seq is the last committed turn: the event's own, unless the event changed nothing.
	Seq int64 `json:"seq"`
	// Duplicate is true where the event had been submitted before.
	Duplicate   bool                  `json:"duplicate,omitempty"`
	Status      care.EnrollmentStatus `json:"status"`
	TaskIDs     []care.ID             `json:"task_ids,omitempty"`     // the tasks that the turn changed
	ReferralIDs []care.ID             `json:"referral_ids,omitempty"` // the referrals that the turn changed
}

// View is what the state query shows to support.
type View struct {
	State engine.State `json:"state"`
	// Waiting is the number of events that wait for their turn.
	Waiting int `json:"waiting"`
	// Uncommitted says what keeps the present turn from being committed, empty where nothing does.
	Uncommitted string `json:"uncommitted,omitempty"`
	// Pending are the ids of the messages and searches without a result.
	Pending  []string `json:"pending,omitempty"`
	Renewing bool     `json:"renewing,omitempty"`
}

// DefinitionRef names the version of a pathway that a turn followed.
type DefinitionRef struct {
	Pathway string `json:"pathway"`
	Version int    `json:"version"`
	Digest  string `json:"digest"` // see pathways.Digest
}

// Commit is one turn to be made durable.
type Commit struct {
	Turn       engine.Turn   `json:"turn"`
	Definition DefinitionRef `json:"definition"`
}

// Committed is what became of a commit.
type Committed struct {
	// Ahead is the state that the database holds where it is ahead of this history: it has a turn that
	// was committed by a process that died before the history had it. Nil where the turn was taken.
	Ahead *engine.State `json:"ahead,omitempty"`
	// Definition is the version that the state ahead follows; nil: the one that the workflow follows.
	Definition *pathways.Definition `json:"definition,omitempty"`
}

// Adoption is a state of the database that may be ahead of a workflow, with the version that it follows.
type Adoption struct {
	engine.State
	// Definition is nil where it is the one that the workflow follows.
	Definition *pathways.Definition `json:"definition,omitempty"`
}

func (c Committed) adoption() *Adoption {
	if c.Ahead == nil {
		return nil
	}
	return &Adoption{State: *c.Ahead, Definition: c.Definition}
}

// Outgoing is one message to be delivered.
type Outgoing struct {
	Message care.Message `json:"message"`
	// Template is the pathway's own wording; nil where the message uses one of ours.
	Template *pathways.Template `json:"template,omitempty"`
}

// Committer is the only pen of an enrollment's state.
type Committer interface {
	// Commit makes a turn durable. The same turn again changes nothing; another turn under its number
	// is not taken, and the state to go on from is given. No failure is final: it is tried until it
	// succeeds.
	Commit(ctx context.Context, c Commit) (Committed, error)
}

// Deliverer sends messages. A result says what became of the message, failure included; an error
// asks for another attempt. A message is never sent twice: an attempt whose result is not known ends
// as unknown.
type Deliverer interface {
	Remind(ctx context.Context, m Outgoing) (engine.Delivery, error)
	Escalate(ctx context.Context, m Outgoing) (engine.Delivery, error)
	SendLink(ctx context.Context, m Outgoing) (engine.Delivery, error)
}

// SubStart is what became of another pathway that was to be started.
type SubStart struct {
	EnrollmentID care.ID `json:"enrollment_id,omitempty"`
	Joined       bool    `json:"joined,omitempty"` // one that runs already follows it
	// Refused says why it does not start; empty where it does.
	Refused string `json:"refused,omitempty"`
}

// Neighbours are the other enrollments of the same patient. An error asks for another attempt: each may
// be asked for any number of times, and does the same once.
type Neighbours interface {
	StartPathway(ctx context.Context, l engine.SubLaunch) (SubStart, error)
	EndPathway(ctx context.Context, e engine.SubEnd) error
	TellParent(ctx context.Context, n engine.ParentNews) error
}

// Finder looks for services.
type Finder interface {
	// FindServices gives the services that may meet the need, best first; none is no error.
	FindServices(ctx context.Context, s engine.Search) ([]engine.Candidate, error)
}
