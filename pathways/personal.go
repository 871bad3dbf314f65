package pathways

import (
	"slices"
	"strings"

	"throughline/care"
)

// CheckPersonal refuses a step that a person wants to add for one enrollment where it would not be
// held like every other. It obeys the rules that Check knows for steps; of their kinds a wait and
// a milestone, which hold nobody, cannot be added. The error is care.Invalid, at "new_step" or a
// part of it.
func CheckPersonal(d *Definition, s *Step) error {
	switch s.Kind() {
	case KindWait, KindMilestone, KindScore, KindPathway:
		return refuse("new_step", "only a task, an appointment, a message, a questionnaire or a referral can be added")
	}
	with := *d
	with.Steps = append(slices.Clone(d.Steps), *s)
	added := &with.Steps[len(with.Steps)-1]
	path := "steps." + added.ID
	c := &checker{d: &with, asked: map[string][]string{}}
	c.identifier(path, 0, "a step", added.ID)
	if d.StepByID(added.ID) != nil || d.fact(added.ID) != nil {
		c.wrong(path+".id", 0, "the name "+added.ID+" is taken", "choose another")
	}
	c.step(path, added)
	if !c.reached()[added.ID] {
		c.wrong(path+".after", 0, "the step could never open", "change after")
	}
	c.expressionsOf(func(u use) bool { return u.step == added.ID })
	c.sensitiveStep(path, added)
	for _, f := range c.findings {
		if f.Severity != SeverityError {
			continue
		}
		field := "new_step" + strings.TrimPrefix(f.Path, path)
		if f.Suggestion == "" {
			return refuse(field, "%s", f.Message)
		}
		return refuse(field, "%s (%s)", f.Message, f.Suggestion)
	}
	return nil
}

func refuse(field, format string, args ...any) error {
	return care.Errorf(care.Invalid, format, args...).At(field).By("step.add")
}
