package population

import (
	"throughline/care"
)

// Report is what came of a population. Durations are in the unit of their name; shares lie between
// 0 and 1.
type Report struct {
	Summary  string    `json:"summary"` // the result in a sentence
	Pathway  string    `json:"pathway"`
	Version  int       `json:"version"`
	Title    string    `json:"title"`
	Scenario string    `json:"scenario"`
	Patients int       `json:"patients"`
	Days     int       `json:"days"` // each patient was followed for
	Seed     int       `json:"seed"`
	From     care.Date `json:"from"`
	To       care.Date `json:"to"` // the day of the last arrival
	Zone     string    `json:"zone"`

	Enrollments int            `json:"enrollments"` // more than patients, where readmitted ones start anew
	Turns       int            `json:"turns"`       // of the engine
	Deadlines   []Kept         `json:"deadlines" nullable:"false"`
	Rungs       []RungCount    `json:"rungs" nullable:"false"` // what ladders did
	Roles       []Workload     `json:"roles" nullable:"false"`
	Messages    MessageLoad    `json:"messages"`
	Referrals   []ReferralLoad `json:"referrals" nullable:"false"`
	Ends        []Count        `json:"ends" nullable:"false"`
	NotStarted  []Count        `json:"not_started,omitempty"` // by reason
	// Others are the pathways that steps started, by what became of them: "lost-to-follow-up-search:
	// completed". Their work is in Roles; the rest of the report is about Pathway only.
	Others   []Count    `json:"others,omitempty"`
	Staffing []Staffing `json:"staffing,omitempty"` // where it was asked how many people it takes
}

// Count is how often something came about.
type Count struct {
	Name  string  `json:"name"`
	Count int     `json:"count"`
	Share float64 `json:"share"`
}

// Kept tells how the deadlines of a step's clock were kept. OnTime, Late, Open and Cancelled
// come to Set.
type Kept struct {
	Step  string `json:"step"`
	Clock string `json:"clock"`
	Title string `json:"title"`
	Role  string `json:"role,omitempty"`
	// Partner is true where a community service keeps the deadline, not staff.
	Partner   bool    `json:"partner,omitempty"`
	Set       int     `json:"set"`
	OnTime    int     `json:"on_time"`
	Late      int     `json:"late"`      // passed before it was done, or not done at all
	Cancelled int     `json:"cancelled"` // its reason went away first
	Open      int     `json:"open"`      // not yet due when the simulation ended
	Share     float64 `json:"share"`     // on time, of those on time or late
	// LateByWeekday counts the late ones by the day of the week on which they were due, Sunday first.
	LateByWeekday [7]int `json:"late_by_weekday"`
	DueByWeekday  [7]int `json:"due_by_weekday"` // on time or late
}

func (d Kept) judged() int { return d.OnTime + d.Late }

// RungCount tells how often a rung of a ladder did something.
type RungCount struct {
	Step  string  `json:"step"`
	Rule  string  `json:"rule"` // ladders.contact[3]
	Line  int     `json:"line,omitempty"`
	When  string  `json:"when"` // as written: "due", "4 hours before due"
	Act   string  `json:"act"`  // remind | warn | escalate | reassign
	To    string  `json:"to,omitempty"`
	Count int     `json:"count"`
	Share float64 `json:"share"` // of the enrollments
}

// Workload tells how much work the people of a role have. The days are their working days from the
// first arrival to the last.
type Workload struct {
	Role          string    `json:"role"`
	People        float64   `json:"people"` // 0: as many as are wanted
	Workdays      int       `json:"workdays"`
	Opened        int       `json:"opened"`
	Done          int       `json:"done"`
	Cancelled     int       `json:"cancelled"`
	Open          int       `json:"open"` // at the end
	OpenedPerDay  Spread    `json:"opened_per_day"`
	DonePerDay    Spread    `json:"done_per_day"`
	MinutesPerDay Spread    `json:"minutes_per_day"`
	Backlog       Spread    `json:"backlog"`                  // open tasks at the end of the day
	Capacity      float64   `json:"capacity_minutes_per_day"` // on an average working day; 0: without limit
	Busy          float64   `json:"busy"`                     // the share of the capacity that is used
	PerDay        []Workday `json:"per_day" nullable:"false"`
}

// Spread is how a number varies from day to day. The percentiles are by nearest rank.
type Spread struct {
	Mean float64 `json:"mean"`
	P50  float64 `json:"p50"`
	P90  float64 `json:"p90"`
	Max  float64 `json:"max"`
}

// Workday is a day of a role.
type Workday struct {
	Date     care.Date `json:"date"`
	Works    bool      `json:"works"`
	Opened   int       `json:"opened"`
	Done     int       `json:"done"`
	Minutes  float64   `json:"minutes"`
	Capacity float64   `json:"capacity"`
	Backlog  int       `json:"backlog"`
}

// MessageLoad tells what was sent.
type MessageLoad struct {
	PerPatient Spread  `json:"per_patient"`                 // to the patient
	ByPurpose  []Count `json:"by_purpose" nullable:"false"` // to staff and services too; the share is per enrollment
}

// ReferralLoad tells what came of the help for one need.
type ReferralLoad struct {
	Need     string  `json:"need"`
	Opened   int     `json:"opened"`
	Asked    int     `json:"asked"`                     // requests to services
	Requests []Count `json:"requests" nullable:"false"` // how the requests ended
	Outcomes []Count `json:"outcomes" nullable:"false"` // how the need ended
}

// Staffing is how many people of a role it takes to keep a share of their deadlines.
type Staffing struct {
	Role   string  `json:"role"`
	Step   string  `json:"step,omitempty"` // of one step; empty: of all that the role owns
	Target float64 `json:"target"`
	// People is the smallest number found, in tenths; 0 where no number is enough.
	People float64 `json:"people"`
	Share  float64 `json:"share"` // that they keep
	// Fewer is the next smaller number that was looked at, and the share that it keeps.
	Fewer      float64 `json:"fewer,omitempty"`
	FewerShare float64 `json:"fewer_share,omitempty"`
	// Limit is the share that is kept with as many people as are wanted: what is late then is not for
	// want of people.
	Limit float64 `json:"limit"`
	Worst string  `json:"worst_weekday,omitempty"` // on which most of what fewer people miss was due
}
