package pathways

import "throughline/care"

// CheckPersonal refuses a step that a person wants to add to one enrollment where it would not be
// held like every other: a step has one kind, work has a deadline, a referral has its clocks.
func CheckPersonal(d *Definition, s *Step) error {
	switch s.Kind() {
	case KindTask, KindAppointment:
		if s.Clock == "" && s.Due == "" {
			return refuse("due", "say by when: an amount of time like \"2 business days\", or one of the pathway's clocks")
		}
		if s.Clock != "" && d.ClockByName(s.Clock) == nil {
			return refuse("clock", "the pathway has no clock %q", s.Clock)
		}
	case KindReferral:
		return checkPersonalReferral(s.Referral)
	case KindMessage:
		if d.TemplateByName(s.Message.Template) == nil {
			return refuse("message.template", "the pathway has no message %q", s.Message.Template)
		}
	default:
		return refuse("", "only a task, an appointment, a message or a referral can be added")
	}
	if s.Due == "" {
		return nil
	}
	if _, err := care.ParseOffset(s.Due); err != nil {
		return refuse("due", "%v", err)
	}
	return nil
}

func checkPersonalReferral(ref *Referral) error {
	if ref.Need == "" {
		return refuse("referral.need", "say which need")
	}
	for _, wait := range []struct{ field, offset string }{
		{"acknowledge", ref.Acknowledge}, {"first_contact", ref.FirstContact}, {"outcome", ref.Outcome},
	} {
		if _, err := care.ParseOffset(wait.offset); err != nil {
			return refuse("referral."+wait.field, "%v", err)
		}
	}
	return nil
}

func refuse(field, format string, args ...any) error {
	e := care.Errorf(care.Invalid, format, args...).By("step.add")
	if field != "" {
		e = e.At("new_step." + field)
	}
	return e
}
