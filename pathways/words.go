package pathways

import (
	"regexp"
	"strings"
	"unicode/utf8"

	"throughline/care"
)

var spaced = strings.NewReplacer("_", " ", "-", " ")

// Plain writes a code without its underscores and hyphens: "transportation-insecurity" is
// "transportation insecurity".
func Plain(code string) string { return spaced.Replace(code) }

// Quoted sets a title or a question off from the sentence around it.
func Quoted(s string) string { return "“" + s + "”" }

// InWords is what people call the step.
func (s *Step) InWords() string {
	switch s.Kind() {
	case KindMessage:
		return "Message: " + Plain(s.Message.Template)
	case KindReferral:
		if !s.Referral.NeedIsCode() {
			return "Referral"
		}
		return "Referral for " + Plain(s.Referral.Need)
	case KindWait:
		return "Wait of " + s.Wait.For
	case KindQuestionnaire:
		return "Questions: " + Plain(s.Questionnaire.Form)
	case KindScore:
		return "Score: " + s.Score.InWords()
	case KindPathway:
		return "Pathway: " + Plain(s.Pathway.Start)
	}
	return s.Title()
}

// NameInWords writes what expressions ask by name as people call it: the label of a fact, the
// question of a form, the title of a step.
func (d *Definition) NameInWords(name string) string {
	head, tail, dotted := strings.Cut(name, ".")
	if f := d.fact(name); f != nil {
		if f.Label != "" {
			return f.Label
		}
		return Plain(name)
	}
	if !dotted {
		return Plain(name)
	}
	switch head {
	case "patient":
		return "patient " + Plain(tail)
	case "event", "attempts":
		if set, principal := d.AskedDiagnosis(tail); set != nil {
			return diagnosisInWords(set, principal)
		}
		return Plain(tail)
	}
	s := d.StepByID(head)
	if s == nil {
		return Plain(tail)
	}
	if f := d.askedBy(s, tail); f != nil {
		return Quoted(f.Ask)
	}
	if tail == "start" {
		return s.InWords()
	}
	return s.InWords() + ", " + Plain(tail)
}

func diagnosisInWords(set *ValueSet, principal bool) string {
	if principal {
		return "principal diagnosis: " + set.Title
	}
	return "diagnosis: " + set.Title
}

// askedBy finds the question of the step's form; nil where there is none.
func (d *Definition) askedBy(s *Step, id string) *Field {
	form := d.FormByName(s.FormName())
	if form == nil {
		return nil
	}
	for i := range form.Fields {
		if form.Fields[i].ID == id {
			return &form.Fields[i]
		}
	}
	return nil
}

// RoleInWords writes the role, owner or patient that something is for.
func RoleInWords(role string) string {
	switch role {
	case "":
		return "nobody"
	case "owner":
		return "the owner"
	}
	return "the " + Plain(role)
}

// ActInWords says what a rung does and to whom: "escalate to the supervisor".
func (r Rung) ActInWords() string {
	act, to := r.Act()
	switch act {
	case "":
		return "nothing"
	case "remind", "warn":
		return act + " " + RoleInWords(to)
	case "reassign":
		return "give it to " + RoleInWords(to)
	}
	return act + " to " + RoleInWords(to)
}

// whenInWords says what kinds of event mean, as a clause.
var whenInWords = map[string]string{
	"encounter.admitted":    "the patient is admitted to hospital",
	"encounter.discharged":  "the patient is discharged",
	"encounter.updated":     "news of the stay comes",
	"patient.died":          "the patient dies",
	"appointment.booked":    "a visit is booked",
	"appointment.cancelled": "a visit is cancelled",
	"appointment.noshow":    "a visit is not kept",
	"appointment.kept":      "a visit is kept",
	"observation.recorded":  "a result is recorded",
	"need.identified":       "a need is identified",
	"request":               "a person asks for it",
	"":                      "a person asks for it",
}

// EventInWords says that an event of the kind comes, as a clause: "the patient is discharged".
func EventInWords(kind string) string {
	if text, ok := whenInWords[kind]; ok {
		return text
	}
	return "this comes: " + spaced.Replace(strings.ReplaceAll(kind, ".", ", "))
}

// eventInWords is EventInWords with the questionnaires that the pathway asks itself.
func (d *Definition) eventInWords(kind string) string {
	step, own := d.AnsweredStep(kind)
	if !own {
		return EventInWords(kind)
	}
	s := d.StepByID(step)
	if form := d.FormByName(s.FormName()); form != nil && form.Title != "" {
		return Quoted(form.Title) + " is answered"
	}
	return Quoted(s.InWords()) + " is answered"
}

// conditionOn reads out a condition that is asked as an event comes. What the answers to the pathway's
// own questions tell is said by the questions.
func (d *Definition) conditionOn(event, when string) string {
	if step, own := d.AnsweredStep(event); own {
		when = answerOfEvent.ReplaceAllString(when, "${1}"+step+".")
	}
	return d.ExpressionInWords(when)
}

var answerOfEvent = regexp.MustCompile(`(^|[^a-z0-9_.])event\.`)

// AnchorInWords says what a clock or a moment counts from, as the step with the clock sees it.
func (d *Definition) AnchorInWords(anchor string) string {
	switch anchor {
	case AnchorStart:
		return "the opening of the step"
	case AnchorDue:
		return "the deadline"
	case "enrolled":
		return "the enrollment"
	}
	head, tail, dotted := strings.Cut(anchor, ".")
	s := d.StepByID(head)
	if !dotted || s == nil {
		return lowerFirst(d.NameInWords(anchor))
	}
	switch tail {
	case "start":
		return "the time of " + Quoted(s.InWords())
	case "opened_at":
		return "the opening of " + Quoted(s.InWords())
	case "ended_at":
		return "the end of " + Quoted(s.InWords())
	}
	return lowerFirst(d.NameInWords(anchor))
}

// MomentInWords says a moment: "2 days before the time of “Follow-up visit”". What is no moment is
// given as it is.
func (d *Definition) MomentInWords(text string) string {
	m, err := ParseMoment(text)
	if err != nil {
		return text
	}
	anchor := d.AnchorInWords(m.Anchor)
	if m.Anchor == AnchorStart {
		anchor = "the start" // of the clock, on a ladder; of the step, elsewhere
	}
	switch {
	case m.Offset.IsZero() && m.Anchor == AnchorDue:
		return "at the deadline"
	case m.Offset.IsZero():
		return "at " + anchor
	case m.Before:
		return m.Offset.String() + " before " + anchor
	}
	return m.Offset.String() + " after " + anchor
}

// WithinInWords says a clock's amount of time: as written, or what it depends on.
func (d *Definition) WithinInWords(within string) string {
	if off, err := care.ParseOffset(within); err == nil {
		return off.String()
	}
	return d.ValueInWords(within)
}

// lowerFirst begins a label as the middle of a sentence does. A word of capitals stays.
func lowerFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	if len(s) < 2 || s[1] >= 'A' && s[1] <= 'Z' {
		return s
	}
	return strings.ToLower(s[:size]) + s[size:]
}

// OpensInWords says when the step opens, as the rest of a sentence: "after “Reach the patient”, if
// …", "at the start".
func (d *Definition) OpensInWords(s *Step) string {
	var parts []string
	if len(s.After) > 0 {
		parts = append(parts, "after "+d.stepsInWords(s.After))
	}
	if t := d.TrackOf(s.ID); t != nil {
		parts = append(parts, d.TrackOpensInWords(t))
	}
	if s.On != "" {
		parts = append(parts, "when "+d.eventInWords(s.On))
	}
	switch {
	case s.When == "":
	case len(s.After) > 0 || s.On != "":
		parts = append(parts, "if "+d.conditionOn(s.On, s.When))
	default:
		parts = append(parts, "as soon as "+d.ExpressionInWords(s.When))
	}
	if len(parts) == 0 {
		parts = append(parts, "at the start")
	}
	if s.Pause == PauseNever {
		parts = append(parts, "even in a pause")
	}
	return strings.Join(parts, ", ")
}

// TrackOpensInWords says when the steps of a track open.
func (d *Definition) TrackOpensInWords(t *Track) string {
	var parts []string
	if t.On != "" {
		parts = append(parts, "when "+d.eventInWords(t.On))
	}
	switch {
	case t.When != "" && t.On != "":
		parts = append(parts, "if "+d.conditionOn(t.On, t.When))
	case t.When != "":
		parts = append(parts, "as soon as "+d.ExpressionInWords(t.When))
	}
	if len(parts) == 0 {
		parts = append(parts, "when a person starts it")
	}
	if t.Pause == PauseNever {
		parts = append(parts, "even in a pause")
	}
	return strings.Join(parts, ", ")
}

// stepsInWords lists steps by title.
func (d *Definition) stepsInWords(ids []string) string {
	titles := make([]string, 0, len(ids))
	for _, id := range ids {
		if s := d.StepByID(id); s != nil {
			id = Quoted(s.InWords())
		}
		titles = append(titles, id)
	}
	if len(titles) < 2 {
		return strings.Join(titles, "")
	}
	last := len(titles) - 1
	return strings.Join(titles[:last], ", ") + " and " + titles[last]
}

// DueInWords says by when a step is to be done: "2 business days after date of discharge". It is
// empty where the step has no deadline of its own.
func (d *Definition) DueInWords(s *Step) string {
	if k := d.ClockByName(s.Clock); k != nil {
		return d.ClockInWords(k)
	}
	if s.Due != "" {
		return s.Due + " after the opening of the step"
	}
	return ""
}

// ClockInWords says when a clock runs out.
func (d *Definition) ClockInWords(k *Clock) string {
	text := d.WithinInWords(k.Within) + " after " + d.AnchorInWords(k.From)
	if _, literal := k.Offset(); !literal {
		text = d.WithinInWords(k.Within) + ", from " + d.AnchorInWords(k.From)
	}
	if k.NotAfter != "" {
		text += ", but no later than the day of " + strings.TrimPrefix(d.AnchorInWords(k.NotAfter), "the time of ")
	}
	return text
}

// languagesInWords names the languages that pathways are most often written in.
var languagesInWords = map[string]string{
	"ar": "Arabic", "am": "Amharic", "de": "German", "en": "English", "es": "Spanish", "fa": "Persian", "fr": "French",
	"ht": "Haitian Creole", "hi": "Hindi", "it": "Italian", "ja": "Japanese", "ko": "Korean", "pl": "Polish",
	"pt": "Portuguese", "ru": "Russian", "so": "Somali", "sw": "Swahili", "tl": "Tagalog", "uk": "Ukrainian",
	"ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}

// LanguageInWords names a language by its BCP 47 tag; the tag itself where we have no name for it.
func LanguageInWords(tag string) string {
	base, region, has := strings.Cut(tag, "-")
	switch name := languagesInWords[strings.ToLower(base)]; {
	case name == "":
		return tag
	case has:
		return name + " (" + region + ")"
	default:
		return name
	}
}

// EndInWords says when an enrollment ends, and how that is called: "When the patient dies, it ends
// as deceased".
func (d *Definition) EndInWords(e *End) string {
	var when []string
	if e.On != "" {
		when = append(when, "when "+d.eventInWords(e.On))
	}
	if k := d.ClockByName(e.Clock); k != nil {
		when = append(when, d.ClockInWords(k))
	} else if e.Clock != "" {
		when = append(when, "when the clock "+Plain(e.Clock)+" runs out")
	}
	if e.When != "" {
		when = append(when, "if "+d.ExpressionInWords(e.When))
	}
	then := "it ends as " + Plain(e.As)
	if e.Suspend != "" {
		then = "it is suspended until " + EventInWords(e.Suspend)
	}
	text := strings.Join(append(when, then), ", ")
	if e.Because != "" {
		text += " (" + strings.TrimRight(oneLine(e.Because), ". ") + ")"
	}
	return text
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }
