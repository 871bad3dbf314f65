package pathways

import "slices"

// Definition is one version of a pathway. Once published it never changes. It is plain data: it
// travels as JSON in a workflow's input, so that nothing is looked up while a pathway runs.
type Definition struct {
	Pathway    string   `yaml:"pathway" json:"pathway"`
	Version    int      `yaml:"version" json:"version"`
	Title      string   `yaml:"title" json:"title"`
	Summary    string   `yaml:"summary,omitempty" json:"summary,omitempty"`
	Sources    []string `yaml:"sources,omitempty" json:"sources,omitempty"`
	ConformsTo []string `yaml:"conforms_to,omitempty" json:"conforms_to,omitempty"`
	Owner      string   `yaml:"owner" json:"owner"`                           // the role that answers for an enrollment
	Calendar   string   `yaml:"calendar,omitempty" json:"calendar,omitempty"` // organization (default)
	Languages  []string `yaml:"languages,omitempty" json:"languages,omitempty"`
	// Emergency is what a patient who is asked by message reads about an emergency, in each language;
	// default: what the organization says.
	Emergency []Saying   `yaml:"emergency,omitempty" json:"emergency,omitempty"`
	Uses      []Used     `yaml:"uses,omitempty" json:"uses,omitempty"` // the parts it was made with
	Launch    Launch     `yaml:"launch" json:"launch"`
	Relations []Relation `yaml:"relations,omitempty" json:"relations,omitempty"`   // to other pathways
	ValueSets []ValueSet `yaml:"value_sets,omitempty" json:"value_sets,omitempty"` // of diagnoses, that the launch may ask about
	Facts     []Fact     `yaml:"facts,omitempty" json:"facts,omitempty"`           // in the file's order; YAML has them by name
	Clocks    []Clock    `yaml:"clocks,omitempty" json:"clocks,omitempty"`
	Ladders   []Ladder   `yaml:"ladders,omitempty" json:"ladders,omitempty"`
	Forms     []Form     `yaml:"forms,omitempty" json:"forms,omitempty"`
	Templates []Template `yaml:"messages,omitempty" json:"messages,omitempty"`
	Steps     []Step     `yaml:"steps" json:"steps"`
	Tracks    []Track    `yaml:"tracks,omitempty" json:"tracks,omitempty"`
	Ends      []End      `yaml:"ends" json:"ends"`
}

// Launch says what starts an enrollment.
type Launch struct {
	// On is the kind of event that starts one: encounter.discharged. Empty or "request": a person
	// starts it, or a step of another pathway.
	On   string `yaml:"on,omitempty" json:"on,omitempty"`
	When string `yaml:"when,omitempty" json:"when,omitempty"`
	// Unless names what keeps a patient out, each with the sentence that is recorded as the reason.
	Unless []Exclusion `yaml:"unless,omitempty" json:"unless,omitempty"`
	// OncePer makes a second launch for the same thing the same enrollment: encounter, patient, or
	// request (each request of a person is one).
	OncePer     string      `yaml:"once_per" json:"once_per"`
	WhileActive WhileActive `yaml:"while_active,omitempty" json:"while_active,omitzero"`
	Line        int         `yaml:"-" json:"line,omitempty"`
}

// Exclusion keeps a patient out of a pathway, for a stated reason.
type Exclusion struct {
	When    string `yaml:"when" json:"when"`
	Because string `yaml:"because" json:"because"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// Policies for a launch while one of the named pathways is active for the patient.
const (
	PolicySupersede = "supersede" // the later one starts and ends the earlier one
	PolicyJoin      = "join"      // nothing starts; the running one is told
	PolicyRefuse    = "refuse"    // nothing starts; the reason is recorded
)

// WhileActive says what a launch does while other enrollments run.
type WhileActive struct {
	Pathways []string `yaml:"pathways" json:"pathways,omitempty"`
	Policy   string   `yaml:"policy" json:"policy,omitempty"`
}

// The types of a fact or an answer.
const (
	TypeBool     = "bool"
	TypeInt      = "int"
	TypeNumber   = "number"
	TypeString   = "string"
	TypeCode     = "code" // one of Values
	TypeDate     = "date" // a civil date, "2025-11-26"
	TypeDateTime = "datetime"
	// TypeCodes is several of Values, or none. Only an answer can be that.
	TypeCodes = "codes"
)

// Fact is a typed value that the pathway may ask about.
type Fact struct {
	Name    string   `yaml:"-" json:"name"`
	Type    string   `yaml:"type" json:"type"`
	Values  []string `yaml:"values,omitempty" json:"values,omitempty"`
	Default any      `yaml:"default,omitempty" json:"default,omitempty"`
	// From is the expression that gives the value at launch and again when its event is corrected.
	From     string `yaml:"from,omitempty" json:"from,omitempty"`
	Required bool   `yaml:"required,omitempty" json:"required,omitempty"` // a launch without it is refused
	Label    string `yaml:"label,omitempty" json:"label,omitempty"`
	// Sensitive labels what may not be told by mail, text message or to a service unasked, one or
	// more of Sensitivities.
	Sensitive []string `yaml:"sensitive,omitempty" json:"sensitive,omitempty"`
	Line      int      `yaml:"-" json:"line,omitempty"`
}

// Pause policies of a clock.
const (
	PauseNever      = "never"             // statutory: nothing stops it
	PauseEnrollment = "with enrollment"   // stops while the enrollment is paused or suspended
	PauseHospital   = "while in hospital" // stops while the patient is in hospital
)

// Clock is a deadline: an anchor, an offset, and what may stop it.
type Clock struct {
	Name string `yaml:"-" json:"name"`
	// From is what it counts from: a fact that is a date or a time, "start" (the step's opening),
	// "enrolled", or a step's moment ("visit.start", "contact.ended_at").
	From string `yaml:"from" json:"from"`
	// Within is an offset ("2 business days") or an expression that gives one.
	Within string `yaml:"within" json:"within"`
	Pause  string `yaml:"pause,omitempty" json:"pause,omitempty"` // default: with enrollment
	Source string `yaml:"source,omitempty" json:"source,omitempty"`
	// CountsFrom "day after" means that an act on the anchor's own day, or before, does not count.
	CountsFrom string `yaml:"counts_from,omitempty" json:"counts_from,omitempty"`
	// NotAfter names a moment ("visit.start"). Once it is known and its local day ends before the
	// deadline, the clock is due at the end of that day instead.
	NotAfter string `yaml:"not_after,omitempty" json:"not_after,omitempty"`
	Line     int    `yaml:"-" json:"line,omitempty"`
}

// Ladder is what happens as a clock runs out.
type Ladder struct {
	Name  string `yaml:"-" json:"name"`
	Rungs []Rung `yaml:"-" json:"rungs"`
	Line  int    `yaml:"-" json:"line,omitempty"`
}

// Rung is one step of a ladder. Exactly one of Remind, Warn, Escalate, Reassign is set.
type Rung struct {
	// At is "due", or an offset before or after: "4 hours before due", "1 business day after
	// start". A moment given in days is at nine in the morning of that local day.
	At       string `yaml:"at" json:"at"`
	Remind   string `yaml:"remind,omitempty" json:"remind,omitempty"`     // owner | patient | <role>
	Warn     string `yaml:"warn,omitempty" json:"warn,omitempty"`         // <role>
	Escalate string `yaml:"escalate,omitempty" json:"escalate,omitempty"` // <role>
	Reassign string `yaml:"reassign,omitempty" json:"reassign,omitempty"` // <role>: the task changes owner
	Line     int    `yaml:"-" json:"line,omitempty"`
}

// Act gives what the rung does and to whom.
func (r Rung) Act() (act, to string) {
	switch {
	case r.Remind != "":
		return "remind", r.Remind
	case r.Warn != "":
		return "warn", r.Warn
	case r.Escalate != "":
		return "escalate", r.Escalate
	case r.Reassign != "":
		return "reassign", r.Reassign
	}
	return "", ""
}

// Form is what a person fills in with a task, or a patient is asked. Its typed answers become facts,
// <step>.<field>. In meaning it is a FHIR Questionnaire.
type Form struct {
	Name  string `yaml:"-" json:"name"`
	Title string `yaml:"title,omitempty" json:"title,omitempty"`
	// Intro is what a patient reads above the questions, Thanks what they read once they have answered:
	// what happens next.
	Intro  string `yaml:"intro,omitempty" json:"intro,omitempty"`
	Thanks string `yaml:"thanks,omitempty" json:"thanks,omitempty"`
	// Translations are the form's own words in other languages than the pathway's first.
	Translations []FormWords `yaml:"translations,omitempty" json:"translations,omitempty"`
	Code         string      `yaml:"code,omitempty" json:"code,omitempty"`   // LOINC, of the instrument
	Score        *FormScore  `yaml:"score,omitempty" json:"score,omitempty"` // what the answers come to
	Fields       []Field     `yaml:"fields" json:"fields"`
	Line         int         `yaml:"-" json:"line,omitempty"`
}

// Field is one question of a form.
type Field struct {
	ID     string   `yaml:"id" json:"id"`
	Ask    string   `yaml:"ask" json:"ask"`
	Type   string   `yaml:"type" json:"type"`
	Values []string `yaml:"values,omitempty" json:"values,omitempty"`
	// Labels are what a patient reads for each of Values, in their order (FHIR answerOption's display);
	// default: the value itself, in words.
	Labels []string `yaml:"labels,omitempty" json:"labels,omitempty"`
	// Help is said below the question; Unit stands behind the box of a number, as a patient says it.
	Help string `yaml:"help,omitempty" json:"help,omitempty"`
	Unit string `yaml:"unit,omitempty" json:"unit,omitempty"`
	// Min and Max are the least and the greatest number that is taken (FHIR minValue and maxValue).
	Min *float64 `yaml:"min,omitempty" json:"min,omitempty"`
	Max *float64 `yaml:"max,omitempty" json:"max,omitempty"`
	// Exclusive are those of Values that exclude all others, as "none of these" does (FHIR
	// questionnaire-optionExclusive).
	Exclusive []string `yaml:"exclusive,omitempty" json:"exclusive,omitempty"`
	// Translations are the question's words in other languages than the pathway's first.
	Translations []FieldWords `yaml:"translations,omitempty" json:"translations,omitempty"`
	Required     bool         `yaml:"required,omitempty" json:"required,omitempty"`
	// For limits the question to some outcomes: a patient who was not reached answered nothing.
	For []string `yaml:"for,omitempty" json:"for,omitempty"`
	// Sensitive labels the answer, as a fact's does.
	Sensitive []string `yaml:"sensitive,omitempty" json:"sensitive,omitempty"`
	// When limits the question to some answers before it, answer.<field> (FHIR enableWhen).
	When  string   `yaml:"when,omitempty" json:"when,omitempty"`
	Link  string   `yaml:"link,omitempty" json:"link,omitempty"`   // FHIR linkId; default: the id
	Code  string   `yaml:"code,omitempty" json:"code,omitempty"`   // LOINC, of the question
	Codes []string `yaml:"codes,omitempty" json:"codes,omitempty"` // LOINC answer codes, one for each of Values
	// Points are what the answer counts where the form is scored by sum: of a code one for each of
	// Values, of a bool those of a yes, of a number what each one of it counts.
	Points []int `yaml:"points,omitempty" json:"points,omitempty"`
	Line   int   `yaml:"-" json:"line,omitempty"`
}

// Template is a message in every language of the pathway.
type Template struct {
	Name  string    `yaml:"-" json:"name"`
	Texts []Wording `yaml:"-" json:"texts"`
	Line  int       `yaml:"-" json:"line,omitempty"`
}

// Wording is a message in one language.
type Wording struct {
	Language string `yaml:"-" json:"language"`
	Subject  string `yaml:"subject" json:"subject"`
	Text     string `yaml:"text" json:"text"`
}

// Step is one thing that has to happen. Exactly one of its kinds is set.
type Step struct {
	ID string `yaml:"id" json:"id"`

	Task        string       `yaml:"task,omitempty" json:"task,omitempty"`               // what is to be done
	Message     *MessageSpec `yaml:"message,omitempty" json:"message,omitempty"`         //
	Appointment string       `yaml:"appointment,omitempty" json:"appointment,omitempty"` // what visit
	Referral    *Referral    `yaml:"referral,omitempty" json:"referral,omitempty"`       //
	Wait        *Wait        `yaml:"wait,omitempty" json:"wait,omitempty"`               //
	Milestone   string       `yaml:"milestone,omitempty" json:"milestone,omitempty"`     // what is reached
	// Pathway starts another pathway for the same patient.
	Pathway *SubPathway `yaml:"pathway,omitempty" json:"pathway,omitempty"`
	// Score computes a published score.
	Score *ScoreSpec `yaml:"score,omitempty" json:"score,omitempty"`
	// Questionnaire asks the patient, or a role, the questions of a form.
	Questionnaire *Questionnaire `yaml:"questionnaire,omitempty" json:"questionnaire,omitempty"`

	Instructions string `yaml:"instructions,omitempty" json:"instructions,omitempty"`
	Owner        string `yaml:"owner,omitempty" json:"owner,omitempty"` // the role; default: the pathway's
	Clock        string `yaml:"clock,omitempty" json:"clock,omitempty"`
	// Due is a deadline without a clock of its own: an offset from the opening.
	Due      string   `yaml:"due,omitempty" json:"due,omitempty"`
	Ladder   string   `yaml:"ladder,omitempty" json:"ladder,omitempty"`
	Form     string   `yaml:"form,omitempty" json:"form,omitempty"`
	Outcomes []string `yaml:"outcomes,omitempty" json:"outcomes,omitempty"`
	Excused  *Excused `yaml:"excused,omitempty" json:"excused,omitempty"`
	Priority int      `yaml:"priority,omitempty" json:"priority,omitempty"`
	// Interactive marks a contact that only a live, two-way mode can make.
	Interactive bool `yaml:"interactive,omitempty" json:"interactive,omitempty"`

	// Fulfils names the requirement of a claimed standard that the step is there for, one of
	// Requirements: "cms-tcm.contact". Check holds the step to it.
	Fulfils string `yaml:"fulfils,omitempty" json:"fulfils,omitempty"`

	// After names steps that must have ended. When is asked once, when they have; without After it
	// is watched, and the step opens as soon as it is true. On opens the step when an event comes.
	After  []string `yaml:"after,omitempty" json:"after,omitempty"`
	When   string   `yaml:"when,omitempty" json:"when,omitempty"`
	On     string   `yaml:"on,omitempty" json:"on,omitempty"`
	Repeat *Repeat  `yaml:"repeat,omitempty" json:"repeat,omitempty"`
	// Pause, where it is never, lets the step begin in spite of a pause of the enrollment.
	Pause string `yaml:"pause,omitempty" json:"pause,omitempty"`
	// Optional steps do not hold up the pathway's completion.
	Optional bool `yaml:"optional,omitempty" json:"optional,omitempty"`
	// Discretionary steps are offered once they may begin, and begin only when a person says so.
	Discretionary bool    `yaml:"discretionary,omitempty" json:"discretionary,omitempty"`
	OnNoShow      *NoShow `yaml:"on_no_show,omitempty" json:"on_no_show,omitempty"`

	// Sensitive labels the step and everything that may be asked of it, as a fact's does.
	Sensitive []string `yaml:"sensitive,omitempty" json:"sensitive,omitempty"`

	// Include stands for the steps of a bundle. A definition that was read holds the steps instead.
	Include *Include `yaml:"include,omitempty" json:"-"`

	Line int `yaml:"-" json:"line,omitempty"`
}

// Excused is an outcome that may only be given when its condition holds.
type Excused struct {
	Outcome string `yaml:"outcome" json:"outcome"`
	When    string `yaml:"when" json:"when"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// NoShow says what an appointment does when the patient does not come: it is to be booked again,
// and the barrier is asked, which becomes the fact <step>.barrier.
type NoShow struct {
	Ask    string   `yaml:"ask" json:"ask"`                           // barrier
	Values []string `yaml:"values,omitempty" json:"values,omitempty"` // the barriers to choose from
}

// MessageSpec is what a message step sends.
type MessageSpec struct {
	To       string `yaml:"to" json:"to"` // patient | owner | <role>
	Template string `yaml:"template" json:"template"`
	// At is a moment: "2 days before visit.start", "1 day after start"; empty: at once.
	At        string `yaml:"at,omitempty" json:"at,omitempty"`
	StopsWhen string `yaml:"stops_when,omitempty" json:"stops_when,omitempty"`
	// Questions names a questionnaire step of the patient's: the message brings the link to answer it.
	Questions string `yaml:"questions,omitempty" json:"questions,omitempty"`
}

// Referral is what a referral step asks of a community service.
type Referral struct {
	Need string `yaml:"need" json:"need"` // Gravity SDOH category, or an expression that gives one
	// Consent "required" asks the patient first, "on file" needs none.
	Consent string `yaml:"consent" json:"consent"`
	// ConsentFrom is an expression: true or false where the patient was already asked.
	ConsentFrom  string `yaml:"consent_from,omitempty" json:"consent_from,omitempty"`
	Acknowledge  string `yaml:"acknowledge" json:"acknowledge"`     // offsets from the sending
	FirstContact string `yaml:"first_contact" json:"first_contact"` //
	Outcome      string `yaml:"outcome" json:"outcome"`             //
	// Otherwise says what follows a refusal or silence: next_best (ask the next service), ask (a person decides).
	Otherwise string `yaml:"otherwise" json:"otherwise"`
}

// Wait waits for a time, a condition or an event, never without an end.
type Wait struct {
	For   string `yaml:"for,omitempty" json:"for,omitempty"`     // an offset from the opening: the end of the wait at the latest
	Until string `yaml:"until,omitempty" json:"until,omitempty"` // a condition that ends it earlier
	On    string `yaml:"on,omitempty" json:"on,omitempty"`       // an event that ends it earlier
}

// Repeat opens a step again and again.
type Repeat struct {
	Every string `yaml:"every" json:"every"` // an offset, from the opening before
	Times int    `yaml:"times" json:"times"` // at most
	Until string `yaml:"until,omitempty" json:"until,omitempty"`
}

// Track is a set of steps that open together because of an event or a condition.
type Track struct {
	Name  string   `yaml:"-" json:"name"`
	Title string   `yaml:"title,omitempty" json:"title,omitempty"`
	On    string   `yaml:"on,omitempty" json:"on,omitempty"`
	When  string   `yaml:"when,omitempty" json:"when,omitempty"`
	Steps []string `yaml:"steps" json:"steps"`
	// Pause, where it is never, lets the track with its steps begin in spite of a pause of the
	// enrollment. Else it begins when the pause is over, and its owner hears of it meanwhile.
	Pause string `yaml:"pause,omitempty" json:"pause,omitempty"`
	Line  int    `yaml:"-" json:"line,omitempty"`
}

// End says when an enrollment ends, or is suspended, and how that is called. Exactly one of When,
// On and Clock is the trigger (When may stand beside On, asked when the event comes).
type End struct {
	When    string `yaml:"when,omitempty" json:"when,omitempty"`
	On      string `yaml:"on,omitempty" json:"on,omitempty"`
	Clock   string `yaml:"clock,omitempty" json:"clock,omitempty"`
	As      string `yaml:"-" json:"as,omitempty"`      // a named end
	Suspend string `yaml:"-" json:"suspend,omitempty"` // instead: the event kind that ends the suspension
	Because string `yaml:"because,omitempty" json:"because,omitempty"`
	Line    int    `yaml:"-" json:"line,omitempty"`
}

// StepByID finds a step; nil where there is none.
func (d *Definition) StepByID(id string) *Step {
	for i := range d.Steps {
		if d.Steps[i].ID == id {
			return &d.Steps[i]
		}
	}
	return nil
}

// ClockByName finds a clock; nil where there is none.
func (d *Definition) ClockByName(name string) *Clock {
	for i := range d.Clocks {
		if d.Clocks[i].Name == name {
			return &d.Clocks[i]
		}
	}
	return nil
}

// LadderByName finds a ladder; nil where there is none.
func (d *Definition) LadderByName(name string) *Ladder {
	for i := range d.Ladders {
		if d.Ladders[i].Name == name {
			return &d.Ladders[i]
		}
	}
	return nil
}

// FormByName finds a form; nil where there is none.
func (d *Definition) FormByName(name string) *Form {
	for i := range d.Forms {
		if d.Forms[i].Name == name {
			return &d.Forms[i]
		}
	}
	return nil
}

// TemplateByName finds a message template; nil where there is none.
func (d *Definition) TemplateByName(name string) *Template {
	for i := range d.Templates {
		if d.Templates[i].Name == name {
			return &d.Templates[i]
		}
	}
	return nil
}

// TrackOf gives the track that the step belongs to; nil where it belongs to none.
func (d *Definition) TrackOf(step string) *Track {
	for i := range d.Tracks {
		if slices.Contains(d.Tracks[i].Steps, step) {
			return &d.Tracks[i]
		}
	}
	return nil
}

// TrackByName finds a track; nil where there is none.
func (d *Definition) TrackByName(name string) *Track {
	for i := range d.Tracks {
		if d.Tracks[i].Name == name {
			return &d.Tracks[i]
		}
	}
	return nil
}

// OwnerOf gives the role that owns the step.
func (d *Definition) OwnerOf(s *Step) string {
	if s.Owner != "" {
		return s.Owner
	}
	return d.Owner
}

// In gives the wording in the language, else in the first language of the template.
func (t *Template) In(language string) Wording {
	for _, w := range t.Texts {
		if w.Language == language {
			return w
		}
	}
	if len(t.Texts) > 0 {
		return t.Texts[0]
	}
	return Wording{Language: language}
}

// EventKinds are the kinds of event that a pathway may wait for, with what each carries. They
// are the care events; the commands of people are not among them.
var EventKinds = []EventKind{
	{Name: "encounter.admitted", Attributes: encounterAttributes},
	{Name: "encounter.discharged", Attributes: encounterAttributes},
	{Name: "encounter.updated", Attributes: encounterAttributes},
	{Name: "patient.died"},
	{Name: "appointment.booked"},
	{Name: "appointment.cancelled"},
	{Name: "appointment.noshow"},
	{Name: "appointment.kept"},
	{Name: "observation.recorded", Attributes: []Fact{
		{Name: "code", Type: TypeString}, {Name: "value", Type: TypeString}, {Name: "number", Type: TypeNumber},
		{Name: "critical", Type: TypeBool}, {Name: "status", Type: TypeString}, {Name: "result", Type: TypeString},
		{Name: "observed_at", Type: TypeDateTime}, {Name: "issued_at", Type: TypeDateTime},
		{Name: GainOneDay, Type: TypeNumber}, {Name: GainSevenDays, Type: TypeNumber},
	}},
	{Name: "need.identified", Attributes: []Fact{{Name: "need", Type: TypeString}}},
}

// EventKind is a kind of event and the typed attributes that expressions may ask of it.
type EventKind struct {
	Name       string
	Attributes []Fact
}

var encounterAttributes = []Fact{
	{Name: "class", Type: TypeString, Values: classes},
	{Name: "disposition", Type: TypeString, Values: dispositions},
	{Name: "admitted_at", Type: TypeDateTime},
	{Name: "discharged_at", Type: TypeDateTime},
	{Name: "same_stay", Type: TypeBool},
	{Name: "facility", Type: TypeString},
}

// PatientFacts are what every pathway may ask of the patient, as patient.<name>.
var PatientFacts = []Fact{
	{Name: "deceased", Type: TypeBool},
	{Name: "deceased_at", Type: TypeDateTime},
	{Name: "in_hospital", Type: TypeBool},
	{Name: "readmitted", Type: TypeBool},
	{Name: "language", Type: TypeString},
	{Name: "works_nights", Type: TypeBool},
	{Name: "has_email", Type: TypeBool},
	{Name: "has_phone", Type: TypeBool},
	{Name: "age", Type: TypeInt},
}

// StepFacts are what every pathway may ask of a step, as <step>.<name>.
var StepFacts = []Fact{
	{Name: "status", Type: TypeString},
	{Name: "outcome", Type: TypeString},
	{Name: "ended", Type: TypeBool},
	{Name: "done", Type: TypeBool},
	{Name: "missed", Type: TypeBool},
	{Name: "opened_at", Type: TypeDateTime},
	{Name: "ended_at", Type: TypeDateTime},
	{Name: "attempts", Type: TypeInt},
	{Name: "live_attempts", Type: TypeInt},
}

// AppointmentFacts are what may be asked of an appointment step besides.
var AppointmentFacts = []Fact{
	{Name: "start", Type: TypeDateTime},
	{Name: "booked", Type: TypeBool},
	{Name: "kept", Type: TypeBool},
	{Name: "no_shows", Type: TypeInt},
	{Name: "barrier", Type: TypeString},
}

// QuestionnaireFacts are what may be asked of a questionnaire step besides its form's answers.
var QuestionnaireFacts = []Fact{
	{Name: "answered", Type: TypeBool},
}

// AttemptFacts are what an excuse may ask of its own step's contact attempts, as attempts.<name>.
var AttemptFacts = []Fact{
	{Name: "all", Type: TypeInt},
	{Name: "live", Type: TypeInt}, // live, two-way, separate in time, inside the window
	{Name: "reached", Type: TypeInt},
}

// EndFacts are what an end's condition may ask: the function all(required), and over(required).
var EndFacts = []string{"required"}
