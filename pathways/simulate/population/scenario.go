package population

import (
	"throughline/care"
)

// Scenario is the world that a population meets: who arrives, what they and the services they are
// sent to do, and who is there to do the work. Its author writes it in YAML beside the pathway.
type Scenario struct {
	Title string `yaml:"title"`
	About string `yaml:"about,omitempty"` // which numbers are assumptions, and of whom
	// Patients is how many arrive; each is followed for Days (default 30).
	Patients int `yaml:"patients"`
	Days     int `yaml:"days,omitempty"`
	Seed     int `yaml:"seed,omitempty"`
	// Start is the day of the first arrivals.
	Start care.Date `yaml:"start"`
	Zone  string    `yaml:"zone,omitempty"` // IANA; default America/New_York
	// Closed are days on which nobody works, besides the US federal holidays.
	Closed   []ClosedDay `yaml:"closed,omitempty"`
	Arrivals Arrivals    `yaml:"arrivals"`

	Facts   []Property `yaml:"facts,omitempty"`   // what is known at the start, by the pathway's facts
	Patient []Property `yaml:"patient,omitempty"` // works_nights, has_email, has_phone, language

	Readmitted Happening `yaml:"readmitted,omitempty"`
	Died       Happening `yaml:"died,omitempty"`
	// Appears are those who come to an appointment that the pathway did not make.
	Appears Happening `yaml:"appears,omitempty"`

	// Otherwise is how steps behave that are not named under steps.
	Otherwise Behaviour   `yaml:"otherwise,omitempty"`
	Steps     []Behaviour `yaml:"steps,omitempty"`
	Messages  []Reply     `yaml:"messages,omitempty"`  // by template
	Referrals []Services  `yaml:"referrals,omitempty"` // by need; the need "otherwise" is all others
	// Observations are what is reported of patients: weights, results of the laboratory.
	Observations []Observation `yaml:"observations,omitempty"`
	// Undelivered is the share of messages that do not arrive.
	Undelivered Share `yaml:"undelivered,omitempty"`

	Staff []Staff `yaml:"staff"` // by role
}

// ClosedDay is a day off.
type ClosedDay struct {
	Date care.Date `yaml:"date"`
	Name string    `yaml:"name"`
}

// Arrivals say when patients come.
type Arrivals struct {
	PerDay Number `yaml:"per_day"` // on average over a week
	// Weekdays weigh the days of the week; a day that is not named weighs 1.
	Weekdays []Weight `yaml:"weekdays,omitempty"`
	Between  Hours    `yaml:"between,omitempty"` // the hours in which they come; default 09:00-19:00
	// Even lets each day bring the same number, evenly spread. Otherwise numbers and hours vary as
	// those of unconnected events do (Poisson).
	Even bool `yaml:"even,omitempty"`
}

// Weight is a day of the week and how much it weighs.
type Weight struct {
	Name   string `yaml:"-"`
	Weight Number `whole:"yes"`
	Line   int    `yaml:"-"`
}

// Property is a named value that differs from patient to patient.
type Property struct {
	Name  string `yaml:"-"`
	Value Draw   `whole:"yes"`
	Line  int    `yaml:"-"`
}

// Happening comes to a share of the patients, at a moment within a time from their start.
type Happening struct {
	Share  Share `yaml:"share"`
	Within Span  `yaml:"within,omitempty"` // default 30 days
	Stay   Span  `yaml:"stay,omitempty"`   // of a readmission; default 2 to 6 days
}

// Behaviour is how the work of one step goes.
type Behaviour struct {
	Name    string `yaml:"-"`
	Minutes Span   `yaml:"minutes,omitempty"` // of work, when it is done; default 15
	// Reached is the chance that one try reaches somebody; without it no try is needed. ReachedAt
	// gives other chances for hours of the day.
	Reached   *Share     `yaml:"reached,omitempty"`
	ReachedAt []AtHours  `yaml:"reached_at,omitempty"`
	Attempt   Span       `yaml:"attempt,omitempty"`   // minutes of a try that reaches nobody; default 4
	TryAgain  Span       `yaml:"try_again,omitempty"` // until the next try; default 3 to 20 hours
	Outcomes  Draw       `yaml:"outcomes,omitempty"`  // default: the first one
	Answers   []Property `yaml:"answers,omitempty"`

	// Of questions that a message brings: the share that the patient answers (default 60%), and after
	// what time (default 1 to 24 hours).
	Replies    *Share `yaml:"replies,omitempty"`
	ReplyAfter Span   `yaml:"reply_after,omitempty"`

	// Of visits: how far ahead they are booked, at which hours, and what becomes of them.
	Ahead     Span  `yaml:"ahead,omitempty"` // default 2 to 10 days
	At        Hours `yaml:"at,omitempty"`    // default 09:00-16:00
	NoShow    Share `yaml:"no_show,omitempty"`
	Cancelled Share `yaml:"cancelled,omitempty"`
	Declined  Share `yaml:"declined,omitempty"` // when it is to be booked
	Barrier   Draw  `yaml:"barrier,omitempty"`
	// Confirm is the work of noting whether a visit was kept; default none: the appointment system tells.
	Confirm Span `yaml:"confirm,omitempty"`
	Line    int  `yaml:"-"`
}

// AtHours is the chance to reach somebody at some hours of the day.
type AtHours struct {
	Name    string `yaml:"-"` // the hours: "08:00-12:00"
	Reached Share  `whole:"yes"`
	Line    int    `yaml:"-"`
	hours   Hours
}

// Reply is what patients do about a message.
type Reply struct {
	Name  string `yaml:"-"`
	Share Share  `yaml:"share"`           // of the messages are answered
	After Span   `yaml:"after,omitempty"` // default 1 to 24 hours
	// Step is the step whose work the answer makes possible: the patient calls back and is reached.
	Step string `yaml:"step"`
	Line int    `yaml:"-"`
}

// Services are the community services for a need.
type Services struct {
	Name    string `yaml:"-"`
	Known   int    `yaml:"known"`             // how many a search finds
	Consent Share  `yaml:"consent,omitempty"` // of the patients who are asked by a task
	// What a service does with a request: it accepts a share, declines a share, and leaves the rest
	// unanswered.
	Accept  Share `yaml:"accept"`
	Decline Share `yaml:"decline,omitempty"`
	Answer  Span  `yaml:"answer,omitempty"` // until it answers; default 2 to 48 hours
	// Of what it accepted, a share is never followed up; the rest is begun, and a share of that is
	// received.
	Forgotten Share `yaml:"forgotten,omitempty"`
	Begin     Span  `yaml:"begin,omitempty"`  // from accepting to beginning; default 1 to 4 days
	Finish    Span  `yaml:"finish,omitempty"` // from beginning to the outcome; default 1 to 10 days
	Received  Share `yaml:"received"`
	Minutes   Span  `yaml:"minutes,omitempty"` // of a person's work to ask, to chase, to decide; default 10
	// Found is the share of those for whom no service is left that a person finds help for otherwise.
	Found Share `yaml:"found,omitempty"`
	Line  int   `yaml:"-"`
}

// Staff are the people of a role.
type Staff struct {
	Name   string    `yaml:"-"`
	People Number    `yaml:"people"` // 1.5 is one person, and another for the first half of the hours
	Hours  Timetable `yaml:"hours"`
	// Share is the part of those hours that is for this pathway, after all else; default 100%.
	Share *Share `yaml:"share,omitempty"`
	// Spread is how much faster than the middle the fastest is, and how much slower the slowest.
	Spread Share `yaml:"spread,omitempty"`
	// Holidays lets them work on closed days too; default: they do not.
	Holidays bool `yaml:"holidays,omitempty"`
	// Escalation is the work that an escalation or a warning to them makes; default 5 minutes.
	Escalation Span `yaml:"escalation,omitempty"`
	Line       int  `yaml:"-"`
}

func (s *Scenario) behaviour(step string) Behaviour {
	for _, b := range s.Steps {
		if b.Name == step {
			return b
		}
	}
	return s.Otherwise
}

// servicesFor gives the services for a need; none where the scenario names neither it nor otherwise.
func (s *Scenario) servicesFor(need string) Services {
	var otherwise Services
	for _, v := range s.Referrals {
		if v.Name == need {
			return v
		}
		if v.Name == "otherwise" {
			otherwise = v
		}
	}
	return otherwise
}

func (s *Scenario) staffOf(role string) *Staff {
	for i := range s.Staff {
		if s.Staff[i].Name == role {
			return &s.Staff[i]
		}
	}
	return nil
}

func (s *Scenario) calendar() care.Calendar {
	c := care.USFederalCalendar()
	for _, d := range s.Closed {
		c.Extra = append(c.Extra, care.Holiday{Date: d.Date, Name: d.Name})
	}
	return c
}
