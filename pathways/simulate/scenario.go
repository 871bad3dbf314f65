package simulate

import (
	"fmt"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// Scenario is one way a pathway may go, with what must come of it. Its author writes it beside the
// pathway, in library/<key>.scenarios.yaml.
type Scenario struct {
	Name string `yaml:"name"`
	Line int    `yaml:"-"` // where it begins in its file
	// Start is when the enrollment starts, in RFC 3339 or as "2025-11-26 16:00" in Zone.
	Start string `yaml:"start"`
	// Zone is an IANA name; default America/New_York.
	Zone   string `yaml:"zone,omitempty"`
	Launch Launch `yaml:"launch"`
	// Services are the names of those that may be asked, best first. None: a search finds nobody.
	Services []string `yaml:"services,omitempty"`
	// Delivery gives what becomes of messages, by purpose (message, reminder, warning, escalation,
	// referral): sent, failed, unknown or stopped. Default: sent.
	Delivery map[string]care.MessageStatus `yaml:"delivery,omitempty"`
	Events   []Act                         `yaml:"events,omitempty"`
	// Until is how long nobody acts after the last event.
	Until  string `yaml:"until,omitempty"`
	Expect Expect `yaml:"expect"`
}

// Launch is what the enrollment starts with. A discharge makes a stay.
type Launch struct {
	Class        care.EncounterClass `yaml:"class,omitempty"`       // default inpatient, where there is a discharge
	Disposition  care.Disposition    `yaml:"disposition,omitempty"` // default home
	DischargedAt string              `yaml:"discharged_at,omitempty"`
	AdmittedAt   string              `yaml:"admitted_at,omitempty"`
	Facility     string              `yaml:"facility,omitempty"`
	// Diagnoses are those of the stay, the principal one first: I50.9, or with another code system in
	// front, "snomed-ct 84114007".
	Diagnoses []string `yaml:"diagnoses,omitempty"`
	// ByHand says that a person starts the pathway though an event would: nothing of a stay is known.
	ByHand bool   `yaml:"by_hand,omitempty"`
	Need   string `yaml:"need,omitempty"`
	After  *After `yaml:"after,omitempty"` // the end that launches a pathway which follows another
	// Observation is the result that launches the pathway.
	Observation *Observation   `yaml:"observation,omitempty"`
	Facts       map[string]any `yaml:"facts,omitempty"`
	Patient     Patient        `yaml:"patient,omitempty"`
	// Superseded says that a later discharge is followed already.
	Superseded bool `yaml:"superseded,omitempty"`
}

// After is the end of another pathway. Without a time it has ended just now.
type After struct {
	Pathway string `yaml:"pathway"`
	Outcome string `yaml:"outcome"`
	EndedAt string `yaml:"ended_at,omitempty"`
}

// Patient is what is known of the patient.
type Patient struct {
	Deceased    bool   `yaml:"deceased,omitempty"`
	InHospital  bool   `yaml:"in_hospital,omitempty"`
	Language    string `yaml:"language,omitempty"`
	WorksNights bool   `yaml:"works_nights,omitempty"`
	NoEmail     bool   `yaml:"no_email,omitempty"`
	NoPhone     bool   `yaml:"no_phone,omitempty"`
	Age         int    `yaml:"age,omitempty"`
	Zone        string `yaml:"zone,omitempty"`
}

// Act is one event of a scenario.
type Act struct {
	// At is when it is recorded: RFC 3339, "2025-12-01 10:00" in the scenario's zone, or a time
	// from the start: "+2 days 3 hours". Empty: as the event before.
	At string `yaml:"at,omitempty"`
	// Do is the kind of event: "task.complete", "encounter.admitted"; empty: time passes.
	Do         string `yaml:"do,omitempty"`
	Step       string `yaml:"step,omitempty"` // whose open task, referral or escalation is meant
	Occurrence int    `yaml:"occurrence,omitempty"`
	By         string `yaml:"by,omitempty"` // person, partner, system, patient; default: who does such things
	OccurredAt string `yaml:"occurred_at,omitempty"`
	Reason     string `yaml:"reason,omitempty"`

	Outcome string `yaml:"outcome,omitempty"`
	// Or are other outcomes that a person may choose in its place, with the same answers. Each is
	// tried where nobody notices.
	Or       []string         `yaml:"or,omitempty"`
	Answers  map[string]any   `yaml:"answers,omitempty"`
	Mode     care.AttemptMode `yaml:"mode,omitempty"`
	Reached  bool             `yaml:"reached,omitempty"` // task.attempt
	Assignee string           `yaml:"assignee,omitempty"`
	Role     string           `yaml:"role,omitempty"`
	Until    string           `yaml:"until,omitempty"`
	Purpose  string           `yaml:"purpose,omitempty"`
	Given    bool             `yaml:"given,omitempty"`
	Track    string           `yaml:"track,omitempty"`
	Clock    string           `yaml:"clock,omitempty"`

	Stay        *Stay          `yaml:"stay,omitempty"`
	Visit       *Visit         `yaml:"visit,omitempty"`
	Observation *Observation   `yaml:"observation,omitempty"`
	Patient     *Patient       `yaml:"patient,omitempty"`
	Add         *pathways.Step `yaml:"add,omitempty"`

	// Refused is a part of the sentence, or of the rule's name, with which the event must be refused.
	Refused string  `yaml:"refused,omitempty"`
	Line    int     `yaml:"-"`                // where it stands in its file
	Expect  *Expect `yaml:"expect,omitempty"` // what must hold right after it
}

// Stay is what an encounter event tells. Without an id it is the enrollment's own stay.
type Stay struct {
	ID           string               `yaml:"id,omitempty"`
	Class        care.EncounterClass  `yaml:"class,omitempty"`
	Status       care.EncounterStatus `yaml:"status,omitempty"`
	Disposition  care.Disposition     `yaml:"disposition,omitempty"`
	AdmittedAt   string               `yaml:"admitted_at,omitempty"`
	DischargedAt string               `yaml:"discharged_at,omitempty"`
	Facility     string               `yaml:"facility,omitempty"`
	Diagnoses    []string             `yaml:"diagnoses,omitempty"` // as a launch's
}

// Visit is what an appointment event tells.
type Visit struct {
	Identifier string `yaml:"identifier,omitempty"`
	Start      string `yaml:"start,omitempty"`
	Barrier    string `yaml:"barrier,omitempty"`
}

// Observation is what a result tells.
type Observation struct {
	Code     string `yaml:"code"`
	Value    string `yaml:"value,omitempty"`
	Status   string `yaml:"status,omitempty"`
	Critical bool   `yaml:"critical,omitempty"`
	// Result is the result's own identity, which its corrections have too.
	Result     string `yaml:"result,omitempty"`
	ObservedAt string `yaml:"observed_at,omitempty"`
	IssuedAt   string `yaml:"issued_at,omitempty"`
}

// Expect is what must be so. What is left out may be anything.
type Expect struct {
	Started *bool                 `yaml:"started,omitempty"` // false: the launch itself is declined
	Status  care.EnrollmentStatus `yaml:"status,omitempty"`
	Outcome string                `yaml:"outcome,omitempty"`
	Reason  string                `yaml:"reason,omitempty"` // a part of it
	// Steps are statuses or outcomes by step, or never where it never began:
	// {contact: reached, visit: open, transport: never}.
	Steps map[string]string `yaml:"steps,omitempty"`
	// Due are deadlines by clock, or by step and clock: {contact: …, transport.acknowledge: …}.
	Due         map[string]string `yaml:"due,omitempty"`
	Clocks      map[string]string `yaml:"clocks,omitempty"` // statuses of clocks, named as in Due
	Facts       map[string]any    `yaml:"facts,omitempty"`
	Escalations *int              `yaml:"escalations,omitempty"` // ever raised, warnings too
	Open        *int              `yaml:"open_escalations,omitempty"`
	Messages    *int              `yaml:"messages,omitempty"` // ever queued
	// Owners are the roles that own the open work of steps: {visit: scheduler}.
	Owners map[string]string `yaml:"owners,omitempty"`
	// Unattended tells, by step, who is told what in which order if nobody acts from here on:
	// {visit: [remind scheduler, warn supervisor, escalate supervisor]}. What was told before is no
	// part of it.
	Unattended map[string][]string `yaml:"unattended,omitempty"`
	Timeline   []string            `yaml:"timeline_contains,omitempty"`
	Never      []string            `yaml:"timeline_lacks,omitempty"`
}

// when reads a moment of a scenario.
func when(text string, start time.Time, zone *time.Location) (time.Time, error) {
	if rest, relative := strings.CutPrefix(text, "+"); relative {
		return after(start, strings.Fields(rest), zone)
	}
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t.UTC(), nil
	}
	if t, err := time.ParseInLocation("2006-01-02 15:04", text, zone); err == nil {
		return t.UTC(), nil
	}
	return time.Time{}, fmt.Errorf("%q is no moment: write 2025-12-01T10:00:00-05:00, 2025-12-01 10:00, or +2 days 3 hours", text)
}

// after adds amounts of time: days on the wall calendar, hours and minutes exactly.
func after(start time.Time, words []string, zone *time.Location) (time.Time, error) {
	if len(words) == 0 || len(words)%2 != 0 {
		return time.Time{}, fmt.Errorf("%q is no amount of time: write +2 days 3 hours", strings.Join(words, " "))
	}
	at := start
	for i := 0; i < len(words); i += 2 {
		off, err := care.ParseOffset(words[i] + " " + words[i+1])
		if err != nil {
			return time.Time{}, err
		}
		switch off.Unit {
		case care.Hours:
			at = at.Add(time.Duration(off.N) * time.Hour)
		case care.Minutes:
			at = at.Add(time.Duration(off.N) * time.Minute)
		default:
			at = at.In(zone).AddDate(0, 0, off.N).UTC()
		}
	}
	return at, nil
}
