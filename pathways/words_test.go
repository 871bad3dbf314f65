package pathways

import (
	"testing"
)

// TestExpressionsReadAloud holds what conditions are called where people read them.
func TestExpressionsReadAloud(t *testing.T) {
	src, err := libraryFiles.ReadFile("library/post-discharge-tcm.yaml")
	if err != nil {
		t.Fatal(err)
	}
	d, problems := Load("post-discharge-tcm.yaml", src)
	if err := problems.Err(); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ text, want string }{
		{`event.class in ["inpatient", "observation"]`, "the kind of stay is inpatient or observation"},
		{`event.disposition == "expired" || patient.deceased_at <= event.discharged_at`, "where the patient went is expired, or the time of the patient’s death is not after the time of the discharge"},
		{`complexity == "high" ? "7 days" : "14 days"`, "7 days if complexity of medical decision making is high, otherwise 14 days"},
		{`attempts.live >= 2`, "the number of live attempts is at least 2"},
		{`information.pending_tests`, "the answer to “Were results still to come at discharge?” is yes"},
		{`!information.pending_tests`, "the answer to “Were results still to come at discharge?” is no"},
		{`information.pending_tests == false`, "the answer to “Were results still to come at discharge?” is no"},
		{`information.pending_tests != false`, "the answer to “Were results still to come at discharge?” is yes"},
		{`contact.new_symptoms`, "the answer to “Are there new or worse symptoms, or a warning sign from the discharge instructions?” in “Reach the patient or caregiver, live, about how they are” is yes"},
		{`visit.kept && !(visit.barrier == "cost")`, "“Follow-up visit” was kept, and it is not so that what kept the patient from “Follow-up visit” is cost"},
		{`visit.kept || contact.ended && !medicines.done`, "“Follow-up visit” was kept, or (“Reach the patient or caregiver, live, about how they are” has ended, and “Reconcile the medicines” is not done)"},
		{`patient.in_hospital`, "the patient is in hospital"},
		{`discharged_on < "2026-01-01"`, "date of discharge is before 2026-01-01"},
		{`all(required)`, "everything that is required is done"},
		{`over(required)`, "everything that is required is over"},
		{`contact.outcome != "declined"`, "“Reach the patient or caregiver, live, about how they are” did not end as declined"},
		{`contact.transport_barrier || keep_trying.transport_barrier || visit.kept`, "the answer to “Does getting a ride keep the patient from care?” in “Reach the patient or caregiver, live, about how they are” or “Keep trying to reach the patient” is yes, or “Follow-up visit” was kept"},
		{`event.disposition == "snf"`, "where the patient went is a skilled nursing facility"},
		{`size(disposition) > 3`, "`size(disposition) > 3`"},
		{`1 +`, "1 +"},
	} {
		if got := d.ExpressionInWords(c.text); got != c.want {
			t.Errorf("%s\n got %s\nwant %s", c.text, got, c.want)
		}
	}
}

// TestNoExpressionOfTheLibraryIsLeftInCode: whatever ships can be read by people.
func TestNoExpressionOfTheLibraryIsLeftInCode(t *testing.T) {
	library, err := Library()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range library {
		for _, u := range expressionsOf(d) {
			if words := d.ExpressionInWords(u.text); words == u.text || words[0] == '`' {
				t.Errorf("%s: %s has no words: %s", d.Pathway, u.path, words)
			}
		}
	}
}
