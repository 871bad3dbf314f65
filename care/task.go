package care

import "time"

// TaskStatus is where a task stands (FHIR Task.status, as far as people's work needs it).
type TaskStatus string

// The statuses of a task.
const (
	TaskRequested  TaskStatus = "requested"   // open, waits for its owner
	TaskInProgress TaskStatus = "in-progress" // somebody works on it
	TaskOnHold     TaskStatus = "on-hold"     // open, but its pathway is suspended
	TaskCompleted  TaskStatus = "completed"
	TaskCancelled  TaskStatus = "cancelled"
)

// Open tells whether work is still expected.
func (s TaskStatus) Open() bool {
	return s == TaskRequested || s == TaskInProgress || s == TaskOnHold
}

// Cause says why something exists or happened, for a person who asks.
type Cause struct {
	Event   string `json:"event,omitempty"` // the kind of event that led to it
	EventID string `json:"event_id,omitempty"`
	Rule    string `json:"rule,omitempty"`  // the definition's part: "steps.contact", "ladders.contact[2]"
	Line    int    `json:"line,omitempty"`  // its line in the definition's file
	Clock   string `json:"clock,omitempty"` // the clock that ran out
	Text    string `json:"text"`            // the whole in words
}

// Next says what happens if nobody acts.
type Next struct {
	At   *time.Time `json:"at,omitempty"`
	Text string     `json:"text"`
}

// Task is one piece of work with one owner and a deadline.
type Task struct {
	ID           ID         `json:"id"`
	EnrollmentID ID         `json:"enrollment_id"`
	PatientID    ID         `json:"patient_id"`
	Step         string     `json:"step"`
	Occurrence   int        `json:"occurrence"`
	Kind         string     `json:"kind"` // the step kind that asked for it: task, appointment, referral, …
	Title        string     `json:"title"`
	Instructions string     `json:"instructions,omitempty"`
	Form         string     `json:"form,omitempty"`
	Outcomes     []string   `json:"outcomes"`
	Role         string     `json:"role"`
	Assignee     string     `json:"assignee,omitempty"` // the user who holds it; empty: anyone of the role
	Status       TaskStatus `json:"status"`
	Priority     int        `json:"priority"` // 1 critical, 3 normal, 5 low
	OpenedAt     time.Time  `json:"opened_at"`
	DueAt        *time.Time `json:"due_at,omitempty"`
	DueReason    string     `json:"due_reason,omitempty"`
	Missed       bool       `json:"missed,omitempty"` // the deadline passed before it was done; the work goes on
	EndedAt      *time.Time `json:"ended_at,omitempty"`
	Outcome      string     `json:"outcome,omitempty"`
	Attempts     int        `json:"attempts"`
	LiveAttempts int        `json:"live_attempts"`
	Cause        Cause      `json:"cause"`
	Next         *Next      `json:"next,omitempty"`
}

// AttemptMode is the way a contact was tried.
type AttemptMode string

// The modes. Only live, two-way ones can be an interactive contact (CMS TCM).
const (
	ByPhone    AttemptMode = "phone"
	ByVideo    AttemptMode = "video"
	InPerson   AttemptMode = "in_person"
	TwoWayText AttemptMode = "two_way_text" // a person writes and answers
	ByEmail    AttemptMode = "email"
	ByLetter   AttemptMode = "letter"
	Automated  AttemptMode = "automated" // a robot: never an interactive contact
	ByVoice    AttemptMode = "voicemail"
)

// Live tells whether the mode is a live, two-way try at a contact. A voicemail left is a
// documented attempt at a call; a robot and a letter are not.
func (m AttemptMode) Live() bool {
	switch m {
	case ByPhone, ByVideo, InPerson, TwoWayText, ByVoice:
		return true
	}
	return false
}

// Known tells whether the mode is one of ours.
func (m AttemptMode) Known() bool {
	switch m {
	case ByPhone, ByVideo, InPerson, TwoWayText, ByEmail, ByLetter, Automated, ByVoice:
		return true
	}
	return false
}

// Attempt is one try at reaching somebody.
type Attempt struct {
	ID         ID          `json:"id"`
	TaskID     ID          `json:"task_id"`
	Mode       AttemptMode `json:"mode"`
	Who        string      `json:"who"` // patient | caregiver | other
	Reached    bool        `json:"reached"`
	Minutes    int         `json:"minutes,omitempty"`
	Note       string      `json:"note,omitempty"`
	Actor      Actor       `json:"actor"`
	OccurredAt time.Time   `json:"occurred_at"`
	RecordedAt time.Time   `json:"recorded_at"`
}

// Transition is one change of the status of a task or a referral. The table of them only grows:
// ages and durations are read from it, never from a last-modified time.
type Transition struct {
	Item        ID        `json:"item"`
	ItemKind    string    `json:"item_kind"` // task | referral | escalation | enrollment | message
	From        string    `json:"from,omitempty"`
	To          string    `json:"to"`
	Owner       string    `json:"owner,omitempty"`
	Actor       Actor     `json:"actor"`
	Reason      string    `json:"reason,omitempty"`
	EffectiveAt time.Time `json:"effective_at"`
	RecordedAt  time.Time `json:"recorded_at"`
}
