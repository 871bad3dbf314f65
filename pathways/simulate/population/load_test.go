package population

import (
	"encoding/csv"
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
)

// Each slip is told at its line and column, with what to write instead.
func TestWhatIsWrongWithAScenario(t *testing.T) {
	def, _ := shipped(t, "post-discharge-tcm")
	const good = `title: T
patients: 5
start: 2026-01-05
arrivals: {per_day: 2}
referrals: {otherwise: {known: 1, accept: 50%, received: 50%}}
staff:
  care_coordinator: {people: 1, hours: mon-fri 09:00-17:00}
  nurse: {people: 1, hours: mon-fri 09:00-17:00}
`
	if _, problems := Load("a.yaml", []byte(good), def); len(problems) > 0 {
		t.Fatal(problems)
	}
	for name, c := range map[string]struct{ from, to, want string }{
		"no title":          {"title: T\n", "", "a.yaml:1:1: the scenario has no title"},
		"patients":          {"patients: 5", "patients: 0", "a.yaml:2:11: the number of patients must lie between 1 and 200000 (write patients: 500)"},
		"a date":            {"2026-01-05", "5 January", `a.yaml:3:8: start: "5 January" is not a date`},
		"a key":             {"per_day", "perday", `a.yaml:4:12: unknown key "perday" in arrivals (did you mean "per_day"?)`},
		"a weekday":         {"per_day: 2", "per_day: 2, weekdays: {mittwoch: 1}", `a.yaml:4:35: "mittwoch" is no day of the week`},
		"a share":           {"accept: 50%", "accept: 150%", `"150%" is no share: write a percentage from 0% to 100%, like 85%`},
		"too much":          {"accept: 50%", "accept: 50%, decline: 60%", "let accept and decline come to at most 100%"},
		"hours":             {"people: 1, hours: mon-fri 09:00-17:00}\n  nurse", "people: 1, hours: weekdays}\n  nurse", "a.yaml:7:40: hours: \"weekdays\" are no working hours"},
		"a role":            {"  nurse: {people: 1, hours: mon-fri 09:00-17:00}\n", "", "nobody works as nurse, who owns medicines, pending_tests, teach_back, nurse_call (write nurse: {people: 1, hours: mon-fri 08:30-17:00})"},
		"people":            {"nurse: {people: 1", "nurse: {people: 0", "a.yaml:8:19: there must be people"},
		"a fact":            {"staff:", "facts: {complexty: high}\nstaff:", `a.yaml:6:9: the pathway has no fact "complexty" (did you mean "complexity"?)`},
		"the shares":        {"staff:", "facts: {complexity: {high: 50%, moderate: 20%}}\nstaff:", "the shares come to 70%, not to 100%"},
		"a value":           {"staff:", "facts: {complexity: {hihg: 100%}}\nstaff:", `"hihg" is no value of it (did you mean "high"?)`},
		"a step":            {"staff:", "steps: {contcat: {minutes: 5 minutes}}\nstaff:", `a.yaml:6:9: the pathway has no step "contcat" (did you mean "contact"?)`},
		"an outcome":        {"staff:", "steps: {contact: {outcomes: {reachd: 100%}}}\nstaff:", `"reachd" is no value of it (did you mean "reached"?)`},
		"the excuse":        {"staff:", "steps: {contact: {outcomes: {excused_after_attempts: 100%}}}\nstaff:", "excused_after_attempts comes of its own when nobody is reached"},
		"a question":        {"staff:", "steps: {contact: {answers: {symptoms: 10%}}}\nstaff:", `the form tcm-contact has no question "symptoms"`},
		"a length of time":  {"staff:", "steps: {contact: {minutes: a while}}\nstaff:", `write "15 minutes", "2 to 30 hours" or "3 to 12 days"`},
		"hours without all": {"staff:", "steps: {contact: {reached_at: {\"09:00-10:00\": 10%}}}\nstaff:", "write reached: 40% beside it"},
		"a barrier":         {"staff:", "steps: {visit: {barrier: {rain: 100%}}}\nstaff:", `"rain" is no value of it`},
		"a message":         {"staff:", "messages: {welcom: {share: 5%, step: contact}}\nstaff:", `the pathway has no message "welcom" (did you mean "welcome"?)`},
		"replies to a task": {"staff:", "steps: {contact: {replies: 50%}}\nstaff:", "only a patient who is asked by message replies"},
		"declining a task":  {"staff:", "steps: {contact: {declined: 5%}}\nstaff:", "only a visit is declined when it is to be booked"},
		"what is observed":  {"staff:", "observations: {weight: {value: 180}}\nstaff:", "a.yaml:6:24: it does not say what is observed"},
		"how often":         {"staff:", "observations: {weight: {code: X, every: 1 to 2 days}}\nstaff:", "an hour apart or more"},
		"an amount":         {"staff:", "observations: {weight: {code: X, value: heavy}}\nstaff:", `write "180", or "150 to 240" for one in between`},
		"no services":       {"referrals: {otherwise: {known: 1, accept: 50%, received: 50%}}\n", "", "it does not say what services do for the step transport"},
	} {
		t.Run(name, func(t *testing.T) {
			_, problems := Load("a.yaml", []byte(strings.Replace(good, c.from, c.to, 1)), def)
			if !strings.Contains(problems.String(), c.want) {
				t.Errorf("want %s\ngot  %s", c.want, problems)
			}
			for _, p := range problems {
				if p.Line == 0 || p.File != "a.yaml" {
					t.Errorf("without a place: %+v", p)
				}
			}
		})
	}
}

// Every pathway that ships with a population can be simulated with it, and the report can be written
// in every form.
func TestShippedPopulations(t *testing.T) {
	for _, key := range []string{"post-discharge-tcm", "social-need-referral"} {
		t.Run(key, func(t *testing.T) {
			def, s := shipped(t, key)
			s.Patients = 30
			r := run(t, def, s, Options{})
			var text, table, picture strings.Builder
			if err := errors.Join(r.WriteText(&text), r.WriteCSV(&table), r.WriteSVG(&picture)); err != nil {
				t.Fatal(err)
			}
			if first, _, _ := strings.Cut(text.String(), "\n"); first != r.Summary || !strings.HasSuffix(first, ".") {
				t.Errorf("the first line is %q", first)
			}
			rows, err := csv.NewReader(strings.NewReader(table.String())).ReadAll()
			if err != nil || len(rows) < 50 || len(rows[0]) != 6 {
				t.Errorf("the table has %d rows: %v", len(rows), err)
			}
			for reader := xml.NewDecoder(strings.NewReader(picture.String())); ; {
				if _, err := reader.Token(); errors.Is(err, io.EOF) {
					break
				} else if err != nil {
					t.Fatalf("the picture is no XML: %v", err)
				}
			}
			if !strings.Contains(picture.String(), escaped(r.Deadlines[0].Step)) && !strings.Contains(picture.String(), "Deadlines") {
				t.Error("the picture shows no deadlines")
			}
		})
	}
}

// A text that a spreadsheet would compute is made harmless; a negative number is one.
func TestNoFormulasInTables(t *testing.T) {
	for text, want := range map[string]string{"=1+1": "'=1+1", "@SUM(A1)": "'@SUM(A1)", "-2": "-2", "+cmd": "'+cmd", "contact": "contact"} {
		if got := harmless(text); got != want {
			t.Errorf("%q becomes %q", text, got)
		}
	}
}

func TestSharesInWords(t *testing.T) {
	for share, want := range map[float64]string{0: "none", 0.02: "one in 50", 0.16: "one in six", 0.25: "one in four", 0.34: "one in three", 0.5: "half", 0.8: "80%", 1: "all"} {
		if got := oneIn(share); got != want {
			t.Errorf("%v is %q, not %q", share, got, want)
		}
	}
}
