package engine

import (
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Version is the engine's own version. It is in the state, chosen at the start and at each
// continue-as-new; a change to what running enrollments do is a new number and a gate.
const Version = 4

// State is everything the engine knows of one enrollment. It is plain data, holds no map, and
// goes through JSON at any point without changing the future.
type State struct {
	Engine       int           `json:"engine"`
	EnrollmentID care.ID       `json:"enrollment_id"`
	PatientID    care.ID       `json:"patient_id"`
	EncounterID  care.ID       `json:"encounter_id,omitempty"`
	Zone         string        `json:"zone"`
	Calendar     care.Calendar `json:"calendar"`
	DatesZone    string        `json:"dates_zone,omitempty"` // of where the care was given, else where it began once the patient moved; see moveTo

	Status    care.EnrollmentStatus `json:"status"`
	Outcome   string                `json:"outcome,omitempty"`
	Reason    string                `json:"reason,omitempty"`
	StartedAt time.Time             `json:"started_at"`
	EndedAt   *time.Time            `json:"ended_at,omitempty"`
	Cause     care.Cause            `json:"cause"`

	Pause      *Pause      `json:"pause,omitempty"`
	Suspension *Suspension `json:"suspension,omitempty"`

	Patient     PatientFacts      `json:"patient"`
	Encounter   *care.Encounter   `json:"encounter,omitempty"` // the stay it follows, as last told
	Facts       []care.FactValue  `json:"facts,omitempty"`     // sorted by name
	Consents    []Consent         `json:"consents,omitempty"`
	Steps       []*Step           `json:"steps"`
	Clocks      []*Clock          `json:"clocks,omitempty"`
	Tracks      []TrackRun        `json:"tracks,omitempty"`
	Escalations []care.Escalation `json:"escalations,omitempty"` // the open ones
	Personal    []pathways.Step   `json:"personal,omitempty"`    // steps added for this enrollment

	Readings []Reading `json:"readings,omitempty"` // by code and moment; where the pathway compares results

	Outbox []care.Message `json:"outbox,omitempty"` // queued or withdrawn, their result not yet known
	// Unheard are the questionnaire steps that were answered while the enrollment stood still, under an
	// engine before version 3. What waits for their answers hears of them when it goes on.
	Unheard []string `json:"unheard,omitempty"`
	// Deferred is what events called for while the enrollment stood still.
	Deferred []Deferred `json:"deferred,omitempty"`
	// Parent is the step of another enrollment that started this one; Untold, that it has not heard yet
	// how this one ended.
	Parent *Parent `json:"parent,omitempty"`
	Untold bool    `json:"untold,omitempty"`
	// Joiners are the steps of other enrollments that wait for the end of this one besides.
	Joiners []Joiner `json:"joiners,omitempty"`

	Kept      []Kept      `json:"kept,omitempty"`      // the rules of open work that the present version no longer has
	Migration *MoveRecord `json:"migration,omitempty"` // how it came to its version, while that may be taken back
	// Former are the names that steps had in other versions, by which something outside may know them.
	Former []FormerName `json:"former,omitempty"`

	Seq    int64         `json:"seq"`
	At     time.Time     `json:"at"`               // the logical time reached
	Seen   []string      `json:"seen,omitempty"`   // the last events' ids
	Offset time.Duration `json:"offset,omitempty"` // demonstrations only: added to the real time
}

// Pause is a pause that a person asked for.
type Pause struct {
	Since  time.Time `json:"since"`
	Until  time.Time `json:"until"`
	Reason string    `json:"reason"`
}

// Suspension is a stop that a rule made: the patient is back in hospital, or the discharge that
// started the pathway was taken back.
type Suspension struct {
	Since  time.Time `json:"since"`
	Until  string    `json:"until"` // the kind of event that ends it
	Reason string    `json:"reason"`
	// ReviewAt is when a person is asked whether it still holds: a suspension is never without a clock.
	ReviewAt time.Time `json:"review_at"`
	Reviews  int       `json:"reviews,omitempty"`
	// Correction marks a suspension because the launch itself no longer holds.
	Correction bool `json:"correction,omitempty"`
	// Also is the other suspension where both kinds hold at once; the correction is the outer one.
	Also *Suspension `json:"also,omitempty"`
}

// Consent is what the patient said about sharing for a purpose.
type Consent struct {
	Purpose string    `json:"purpose"`
	Given   bool      `json:"given"`
	At      time.Time `json:"at"`
}

// TrackRun says that a track was started.
type TrackRun struct {
	Track string    `json:"track"`
	Run   int       `json:"run"`
	At    time.Time `json:"at"`
}

// Step is one occurrence of a step.
type Step struct {
	ID         string          `json:"id"`
	Occurrence int             `json:"occurrence"`
	Kind       string          `json:"kind"`
	Track      string          `json:"track,omitempty"`
	Personal   bool            `json:"personal,omitempty"`
	Status     care.StepStatus `json:"status"`
	Outcome    string          `json:"outcome,omitempty"`
	Reason     string          `json:"reason,omitempty"`
	OpenedAt   *time.Time      `json:"opened_at,omitempty"`
	EndedAt    *time.Time      `json:"ended_at,omitempty"` // effective
	OpensAt    *time.Time      `json:"opens_at,omitempty"` // a repetition's or a message's time
	// Round counts a repeated step's repetitions, from 1 in each run of its track.
	Round int `json:"round,omitempty"`
	// Ready marks a message whose conditions held, and that waits for its moment only.
	Ready bool `json:"ready,omitempty"`
	// Offered marks a discretionary step that a person may begin now.
	Offered bool       `json:"offered,omitempty"`
	Missed  bool       `json:"missed,omitempty"`
	Cause   care.Cause `json:"cause"`

	Task        *care.Task        `json:"task,omitempty"`
	Attempts    []care.Attempt    `json:"attempts,omitempty"`
	Appointment *care.Appointment `json:"appointment,omitempty"`
	NoShows     int               `json:"no_shows,omitempty"`
	Referral    *ReferralRun      `json:"referral,omitempty"`
	MessageID   care.ID           `json:"message_id,omitempty"`
	Score       *care.Score       `json:"score,omitempty"`    // what a score step computed
	Supplied    []care.FactValue  `json:"supplied,omitempty"` // inputs of the score that a person gave
	Sub         *SubRun           `json:"sub,omitempty"`      // the pathway that the step started
}

// ReferralRun is a referral step's way from one service to the next.
type ReferralRun struct {
	Phase      string         `json:"phase"` // consent | search | offered | accepted | person
	Need       string         `json:"need"`
	Current    *care.Referral `json:"current,omitempty"`
	Candidates []Candidate    `json:"candidates,omitempty"` // not yet asked
	Asked      []care.ID      `json:"asked,omitempty"`      // services asked, in order
	Attempt    int            `json:"attempt"`
	Search     int            `json:"search"`
}

// Clock is a running or stopped deadline.
type Clock struct {
	Name       string           `json:"name"`
	Step       string           `json:"step,omitempty"`
	Occurrence int              `json:"occurrence,omitempty"`
	Status     care.ClockStatus `json:"status"`
	Anchor     time.Time        `json:"anchor"`
	Offset     string           `json:"offset"`
	Due        time.Time        `json:"due"`
	Reason     string           `json:"reason"`
	Pause      string           `json:"pause"`
	Source     string           `json:"source,omitempty"`
	Moved      bool             `json:"moved,omitempty"` // a person set the due time
	// PausedAt is since when it stands; Lost is how long it stood in all before.
	PausedAt *time.Time    `json:"paused_at,omitempty"`
	Lost     time.Duration `json:"lost,omitempty"`
	// LostDays is the same for a clock in whole days, in its own kind of days: such a clock ends with a
	// day, however short it stood.
	LostDays int        `json:"lost_days,omitempty"`
	Stood    []Stand    `json:"stood,omitempty"` // when, of a clock in whole days; see recount
	Cause    care.Cause `json:"cause"`
	Ladder   string     `json:"ladder,omitempty"`
	Rungs    []RungRun  `json:"rungs,omitempty"`
	// Settled marks the clock of a step that ended under another rule than the present version's: it
	// was judged by that one, and stays so.
	Settled bool `json:"settled,omitempty"`
}

// Stand is a time in which a clock stood still.
type Stand struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// RungRun is one rung of a running ladder.
type RungRun struct {
	At    time.Time `json:"at"`
	Fired bool      `json:"fired,omitempty"`
	// Key is the rung's identity where its place on the ladder is not: the ladder was changed while the
	// clock ran.
	Key string `json:"key,omitempty"`
}
