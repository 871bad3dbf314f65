package pathways

import (
	"strings"
	"testing"

	"throughline/care"
)

func TestCheckPersonal(t *testing.T) {
	src, err := libraryFiles.ReadFile("library/post-discharge-tcm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	tcm, _ := Load("post-discharge-tcm.yaml", src)
	tests := []struct {
		name string
		step Step
		err  string
	}{
		{"a task with a deadline", Step{ID: "added_1", Task: "Call the daughter", Due: "1 business day"}, ""},
		{"a task of the pathway's clock", Step{ID: "added_1", Task: "Call", Clock: "contact", Ladder: "contact", When: "contact.done"}, ""},
		{"a message", Step{ID: "added_1", Message: &MessageSpec{To: "patient", Template: "please-call"}}, ""},
		{"nothing", Step{ID: "added_1"}, "does nothing"},
		{"a task without a deadline", Step{ID: "added_1", Task: "Call"}, "has no deadline"},
		{"no amount of time", Step{ID: "added_1", Task: "Call", Due: "soon"}, "is not an amount of time"},
		{"the name of another step", Step{ID: "contact", Task: "Call", Due: "1 day"}, "is taken"},
		{"a milestone", Step{ID: "added_1", Milestone: "Done"}, "can be added"},
		{"no name", Step{Task: "Call", Due: "1 day"}, "cannot be the name of a step"},
		{"after nothing", Step{ID: "added_1", Task: "Call", Due: "1 day", After: []string{"nowhere"}}, `there is no step "nowhere"`},
		{"asks what nobody knows", Step{ID: "added_1", Task: "Call", Due: "1 day", When: "contact.mood"}, `nothing is called "contact.mood"`},
		{"a referral that may get lost", Step{ID: "added_1", Referral: &Referral{Need: "food-insecurity", Consent: "required", Otherwise: "ask"}}, "by when the service must answer"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			err := CheckPersonal(tcm, &tc.step)
			if tc.err == "" {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), tc.err) || care.CodeOf(err) != care.Invalid {
				t.Errorf("got %v, want an error with %q", err, tc.err)
			}
		})
	}
}
