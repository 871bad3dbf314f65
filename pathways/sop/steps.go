package sop

import (
	"slices"
	"strconv"
	"strings"

	"throughline/pathways"
)

// step is one step with all that is needed to do it.
type step struct {
	Number       int
	ID           string
	Title, Kind  string
	Owner        string // empty where nobody works at it
	Opens, Due   string
	Clock        []string // how the deadline counts
	Late         string
	Instructions string
	Notes        []string
	Form         *form
	Outcomes     []string
	Texts        []text
}

// text is a message in one language, word by word.
type text struct{ Language, Tag, Direction, Subject, Body string }

var kindsInWords = map[string]string{
	pathways.KindTask: "Task", pathways.KindMessage: "Message", pathways.KindAppointment: "Visit",
	pathways.KindReferral: "Referral", pathways.KindQuestionnaire: "Questionnaire", pathways.KindScore: "Score", pathways.KindWait: "Wait", pathways.KindMilestone: "Milestone",
}

func stepsOf(d *pathways.Definition) []step {
	out := make([]step, 0, len(d.Steps))
	for i := range d.Steps {
		out = append(out, stepOf(d, i))
	}
	return out
}

func stepOf(d *pathways.Definition, i int) step {
	s := &d.Steps[i]
	out := step{
		Number: i + 1, ID: s.ID, Title: s.InWords(), Kind: kindInWords(s), Opens: upperFirst(d.OpensInWords(s)),
		Instructions: oneLine(s.Instructions), Notes: notesOf(d, s), Form: formOf(d, s), Outcomes: plainAll(s.Outcomes),
	}
	if worked(s) {
		out.Owner = upperFirst(pathways.Plain(d.OwnerOf(s)))
		out.Due, out.Late = upperFirst(dueOf(d, s)), ladderInWords(d, s)
		out.Clock = clockNotes(d.ClockByName(s.Clock))
	}
	if q := s.Questionnaire; q != nil {
		out.Texts = textsOf(d, q.Template)
	}
	if s.Message != nil {
		out.Due = upperFirst(sentInWords(d, s))
		out.Texts = textsOf(d, s.Message.Template)
	}
	return out
}

func kindInWords(s *pathways.Step) string {
	if words := kindsInWords[s.Kind()]; words != "" {
		return words
	}
	return upperFirst(pathways.Plain(s.Kind()))
}

// clockNotes say how a deadline counts, where it counts in a way of its own.
func clockNotes(k *pathways.Clock) []string {
	if k == nil {
		return nil
	}
	var notes []string
	if k.CountsFrom == "day after" {
		notes = append(notes, "What is done on the day itself, or before, does not count.")
	}
	switch k.Pause {
	case pathways.PauseNever:
		notes = append(notes, "Nothing stops this clock, and nobody can move it.")
	case pathways.PauseHospital:
		notes = append(notes, "This clock stops while the patient is in hospital.")
	}
	if k.Source != "" {
		notes = append(notes, "Source: "+strings.TrimRight(oneLine(k.Source), ".")+".")
	}
	return notes
}

// notesOf are the rules of a step that are neither its opening nor its deadline.
func notesOf(d *pathways.Definition, s *pathways.Step) []string {
	var notes []string
	add := func(text string) { notes = append(notes, sentence(text)) }
	if s.Message != nil {
		add("To " + pathways.RoleInWords(s.Message.To))
	}
	if s.Fulfils != "" {
		claim, requirement, _ := strings.Cut(s.Fulfils, ".")
		add("Fulfils what " + claim + " asks for: " + pathways.Plain(requirement))
	}
	if s.Interactive {
		add("Only a live, two-way contact counts: no letter, voicemail or robot")
	}
	if s.Excused != nil {
		add("May be ended as " + pathways.Plain(s.Excused.Outcome) + " only if " + d.ExpressionInWords(s.Excused.When))
	}
	if s.Repeat != nil {
		text := "Repeated every " + s.Repeat.Every + ", at most " + strconv.Itoa(s.Repeat.Times) + " times"
		if s.Repeat.Until != "" {
			text += ", until " + d.ExpressionInWords(s.Repeat.Until)
		}
		add(text)
	}
	notes = append(notes, visitNotes(s)...)
	notes = append(notes, referralNotes(d, s.Referral)...)
	notes = append(notes, waitNotes(d, s.Wait)...)
	notes = append(notes, questionnaireNotes(s.Questionnaire)...)
	notes = append(notes, scoreNotes(d, s.Score)...)
	if s.Priority != 0 {
		add("Priority " + strconv.Itoa(s.Priority) + " (1 is critical, 3 normal, 5 low)")
	}
	if len(s.Sensitive) > 0 {
		add("Sensitive (" + sensitive(s.Sensitive) + "): not told by mail or text message, nor to a service unasked")
	}
	if s.Optional {
		add("The pathway can complete without it")
	}
	return notes
}

func visitNotes(s *pathways.Step) []string {
	if s.Kind() != pathways.KindAppointment {
		return nil
	}
	notes := []string{"It is booked, and ends when it is recorded as kept, or as declined by the patient."}
	if s.OnNoShow != nil {
		text := "If the patient does not come, it is to be booked again, and the reason is asked"
		if len(s.OnNoShow.Values) > 0 {
			text += ": " + strings.Join(plainAll(s.OnNoShow.Values), " / ")
		}
		notes = append(notes, text+".")
	}
	return notes
}

func referralNotes(d *pathways.Definition, r *pathways.Referral) []string {
	if r == nil {
		return nil
	}
	need := pathways.Plain(r.Need)
	if !r.NeedIsCode() {
		need = d.ValueInWords(r.Need)
	}
	notes := []string{"Need: " + need + "."}
	switch {
	case r.Consent == "required" && r.ConsentFrom != "":
		notes = append(notes, "Nothing is shared without the patient’s consent. It was given or refused in "+d.ValueInWords(r.ConsentFrom)+". Where it was not asked, it is asked first.")
	case r.Consent == "required":
		notes = append(notes, "Nothing is shared without the patient’s consent, which is asked first.")
	default:
		notes = append(notes, "Consent: "+pathways.Plain(r.Consent)+".")
	}
	return notes
}

func waitNotes(d *pathways.Definition, w *pathways.Wait) []string {
	if w == nil {
		return nil
	}
	var notes []string
	if w.Until != "" {
		notes = append(notes, "Ends earlier as soon as "+d.ExpressionInWords(w.Until)+".")
	}
	if w.On != "" {
		notes = append(notes, "Ends earlier when "+pathways.EventInWords(w.On)+".")
	}
	return notes
}

func questionnaireNotes(q *pathways.Questionnaire) []string {
	if q == nil {
		return nil
	}
	notes := []string{"The questions go to " + pathways.RoleInWords(q.To) + ". Answers are waited for: " + q.Within + "."}
	if q.Unanswered == "skip" {
		return append(notes, "Without an answer it ends without one.")
	}
	return append(notes, "Without an answer the owner asks by telephone.")
}

func scoreNotes(d *pathways.Definition, s *pathways.ScoreSpec) []string {
	if s == nil {
		return nil
	}
	notes := make([]string, 0, len(s.Inputs)+1)
	for _, in := range s.Inputs {
		notes = append(notes, upperFirst(pathways.Plain(in.Name))+": "+d.ValueInWords(in.From)+".")
	}
	switch s.Missing {
	case pathways.MissingAccept:
		return append(notes, "Where something is missing there is no score.")
	case pathways.MissingBand:
		return append(notes, "Where something is missing that could change the band, the owner is asked for it.")
	}
	return append(notes, "Where something is missing, the owner is asked for it.")
}

// sensitive says what the labels stand for.
func sensitive(labels []string) string {
	words := make([]string, 0, len(labels))
	for _, l := range labels {
		i := slices.IndexFunc(pathways.Sensitivities, func(s pathways.Sensitivity) bool { return s.Label == l })
		if i < 0 {
			words = append(words, pathways.Plain(l))
			continue
		}
		words = append(words, pathways.Sensitivities[i].Is)
	}
	return strings.Join(words, ", ")
}

// textsOf gives a message in every language it is written in.
func textsOf(d *pathways.Definition, template string) []text {
	t := d.TemplateByName(template)
	if t == nil {
		return nil
	}
	out := make([]text, 0, len(t.Texts))
	for _, w := range t.Texts {
		out = append(out, text{
			Language: pathways.LanguageInWords(w.Language), Tag: w.Language, Direction: direction(w.Language),
			Subject: oneLine(w.Subject), Body: oneLine(w.Text),
		})
	}
	return out
}

// direction is how a language is written, for the page.
func direction(tag string) string {
	base, _, _ := strings.Cut(strings.ToLower(tag), "-")
	if slices.Contains([]string{"ar", "fa", "he", "ps", "ur", "yi"}, base) {
		return "rtl"
	}
	return "ltr"
}
