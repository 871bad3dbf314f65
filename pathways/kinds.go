package pathways

// The kinds of step.
const (
	KindTask          = "task"
	KindMessage       = "message"
	KindAppointment   = "appointment"
	KindReferral      = "referral"
	KindWait          = "wait"
	KindMilestone     = "milestone"
	KindQuestionnaire = "questionnaire"
	KindScore         = "score"
	KindPathway       = "pathway"
)

// Kinds are all kinds of step, in the order in which they are told.
var Kinds = []string{KindTask, KindMessage, KindAppointment, KindQuestionnaire, KindScore, KindReferral, KindPathway, KindWait, KindMilestone}

// is tells whether the step has what makes it the kind.
func (s *Step) is(kind string) bool {
	switch kind {
	case KindTask:
		return s.Task != ""
	case KindMessage:
		return s.Message != nil
	case KindAppointment:
		return s.Appointment != ""
	case KindReferral:
		return s.Referral != nil
	case KindWait:
		return s.Wait != nil
	case KindMilestone:
		return s.Milestone != ""
	case KindQuestionnaire:
		return s.Questionnaire != nil
	case KindScore:
		return s.Score != nil
	case KindPathway:
		return s.Pathway != nil
	}
	return false
}

// Kind gives the step's kind, empty where it has none.
func (s *Step) Kind() string {
	for _, kind := range Kinds {
		if s.is(kind) {
			return kind
		}
	}
	return ""
}

// Title gives what people call the step.
func (s *Step) Title() string {
	switch s.Kind() {
	case KindTask:
		return s.Task
	case KindAppointment:
		return s.Appointment
	case KindMilestone:
		return s.Milestone
	case KindMessage:
		return "Message " + s.Message.Template
	case KindReferral:
		return "Referral for " + s.Referral.Need
	case KindWait:
		return "Wait " + s.Wait.For
	case KindQuestionnaire:
		return "Questions " + s.Questionnaire.Form
	case KindScore:
		return "Score " + s.Score.By
	case KindPathway:
		return "Pathway " + s.Pathway.Start
	}
	return s.ID
}

// FormName gives the form whose answers the step takes, empty where it takes none.
func (s *Step) FormName() string {
	if s.Questionnaire != nil {
		return s.Questionnaire.Form
	}
	return s.Form
}
