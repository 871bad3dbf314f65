package pathways

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// known is a Values for tests.
type known map[string]any

func (k known) Value(name string) (any, bool) {
	v, ok := k[name]
	return v, ok
}

func exprDefinition() *Definition {
	return &Definition{
		Pathway: "p",
		Facts: []Fact{
			{Name: "complexity", Type: TypeCode, Values: []string{"moderate", "high"}},
			{Name: "discharged_on", Type: TypeDate},
			{Name: "score", Type: TypeInt},
			{Name: "level", Type: TypeNumber},
		},
		Clocks: []Clock{{Name: "visit", From: "discharged_on", Within: `complexity == "high" ? "7 days" : "14 days"`}},
		Forms: []Form{{Name: "call", Fields: []Field{
			{ID: "transport_barrier", Type: TypeBool}, {ID: "asked_at", Type: TypeDateTime},
		}}},
		Steps: []Step{
			{ID: "contact", Task: "Call", Form: "call"},
			{ID: "visit", Appointment: "Visit"},
			{ID: "ride", When: `contact.transport_barrier || visit.barrier == "transportation"`, Task: "Ride"},
		},
		Ends: []End{{When: "all(required)", As: "completed"}},
	}
}

func compiled(t *testing.T) *Program {
	t.Helper()
	p, err := Compile(exprDefinition())
	if err != nil {
		t.Fatalf("compiling: %v", err)
	}
	return p
}

func TestHolds(t *testing.T) {
	const ride = `contact.transport_barrier || visit.barrier == "transportation"`
	at := time.Date(2025, 12, 1, 9, 0, 0, 0, time.FixedZone("EST", -5*3600))
	tests := []struct {
		name string
		expr string
		vals known
		want Verdict
	}{
		{"empty holds", "", nil, Verdict{True: true}},
		{"true, with the value", ride, known{"contact.transport_barrier": true}, Verdict{True: true, Text: "contact.transport_barrier is true"}},
		{"a missing operand is absorbed", ride, known{"visit.barrier": "transportation"},
			Verdict{True: true, Text: "contact.transport_barrier is not known, visit.barrier is transportation"}},
		{"missing and not settled", ride, known{"visit.barrier": "work"},
			Verdict{Unknown: []string{"contact.transport_barrier"}, Text: "not known yet: contact.transport_barrier"}},
		{"missing but settled false", `contact.transport_barrier && score > 3`, known{"score": 1},
			Verdict{Text: "contact.transport_barrier is not known, score is 1"}},
		{"the opposite of missing is missing", `!contact.transport_barrier`, nil,
			Verdict{Unknown: []string{"contact.transport_barrier"}, Text: "not known yet: contact.transport_barrier"}},
		{"a number from JSON is an int", `score >= 3`, known{"score": float64(3)}, Verdict{True: true, Text: "score is 3"}},
		{"a value of the wrong type is not known", `score >= 3`, known{"score": "three"}, Verdict{Unknown: []string{"score"}, Text: "not known yet: score"}},
		{"nil is not known", `score >= 3`, known{"score": nil}, Verdict{Unknown: []string{"score"}, Text: "not known yet: score"}},
		{"dates compare as texts", `discharged_on < "2025-12-01"`, known{"discharged_on": "2025-11-26"}, Verdict{True: true, Text: "discharged_on is 2025-11-26"}},
		{"an instant, in UTC", `visit.start > contact.asked_at`, known{"visit.start": at.Format(time.RFC3339), "contact.asked_at": at.Add(-time.Hour)},
			Verdict{True: true, Text: "visit.start is 2025-12-01 14:00 UTC, contact.asked_at is 2025-12-01 13:00 UTC"}},
		{"all required", `all(required)`, known{"required": []string{"done", "skipped"}}, Verdict{True: true, Text: "required is done, skipped"}},
		{"one required is missed", `all(required)`, known{"required": []string{"done", "missed"}}, Verdict{Text: "required is done, missed"}},
		{"all of nothing", `all(required)`, known{"required": []string{}}, Verdict{True: true, Text: "required is empty"}},
		{"over", `over(required)`, known{"required": []string{"done", "missed", "cancelled"}}, Verdict{True: true, Text: "required is done, missed, cancelled"}},
		{"not over", `over(required)`, known{"required": []string{"done", "open"}}, Verdict{Text: "required is done, open"}},
		{"no condition", `score`, known{"score": 2}, Verdict{Text: "the condition gave 2, not yes or no"}},
		{"division by zero", `score / 0 == 1`, known{"score": 2}, Verdict{Text: "cannot be decided: division by zero"}},
		{"unknown name", `complexty == "high"`, nil, Verdict{Text: `nothing is called "complexty" here`}},
		{"not a condition at all", `((`, nil, Verdict{Text: `the expression cannot be read: it ends too early`}},
	}
	p := compiled(t)
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			if diff := cmp.Diff(tc.want, p.Holds(tc.expr, tc.vals)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestEvalGivesGoValues(t *testing.T) {
	at := time.Date(2025, 12, 1, 9, 0, 0, 0, time.FixedZone("EST", -5*3600))
	tests := []struct {
		expr string
		vals known
		want any
	}{
		{`complexity == "high" ? "7 days" : "14 days"`, known{"complexity": "high"}, "7 days"},
		{`complexity == "high" ? "7 days" : "14 days"`, nil, nil},
		{`score + 1`, known{"score": float64(2)}, int64(3)},
		{`level * 2.0`, known{"level": 2}, 4.0},
		{`contact.asked_at`, known{"contact.asked_at": at}, at.UTC()},
		{`contact.transport_barrier`, known{"contact.transport_barrier": false}, false},
		{`[1, 2]`, nil, nil},
	}
	p := compiled(t)
	for _, tc := range tests {
		got, verdict := p.Eval(tc.expr, tc.vals)
		if diff := cmp.Diff(tc.want, got); diff != "" {
			t.Errorf("%s: %s", tc.expr, diff)
		}
		if got == nil && verdict.Text == "" {
			t.Errorf("%s: no value and no reason", tc.expr)
		}
	}
}

func TestExpressionLimits(t *testing.T) {
	p := compiled(t)
	tests := []struct{ name, expr, want string }{
		{"size", `"` + strings.Repeat("a", maxExpressionBytes) + `" == "a"`, "longer than"},
		{"depth", strings.Repeat("(", 500) + "true" + strings.Repeat(")", 500), "deeply nested"},
		{"cost", `[1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, a + b + c + d + e > 0)))))`, "cost limit"},
		{"no maps", `{"a": 1}.size() == 1`, "may not hold a {…} map"},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			v := p.Holds(tc.expr, known{})
			if v.True || !strings.Contains(v.Text, tc.want) {
				t.Errorf("got %+v, want a refusal that says %q", v, tc.want)
			}
		})
	}
}

func TestCompileNamesEveryWrongExpression(t *testing.T) {
	d := exprDefinition()
	d.Steps[2].When = "contact.transport_bariers"
	d.Clocks[0].Within = "score"
	d.Facts[1].From = "event.same_stay"
	_, err := Compile(d)
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		`steps.ride.when (line 0): nothing is called "contact.transport_bariers" here`,
		`clocks.visit.within (line 0): the amount of time is a whole number, not a text`,
		`facts.discharged_on.from (line 0): the expression gives yes or no, but the fact is a date`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("%q is missing in:\n%v", want, err)
		}
	}
}

func TestProgramIsSafeToShare(t *testing.T) {
	p := compiled(t)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 50 {
				on := p.Holds("score + 1 == 2 || score == 7", known{"score": (i + j) % 2})
				if want := (i+j)%2 == 1; on.True != want {
					t.Errorf("got %v, want %v", on.True, want)
				}
			}
		})
	}
	wg.Wait()
}

func TestOnDemandCacheIsBounded(t *testing.T) {
	p := compiled(t)
	for i := range maxOnDemand + 20 {
		p.Holds("score > "+strings.Repeat("1", 1+i%10)+" + "+strings.Repeat("2", 1+i/10%10)+" + "+strings.Repeat("3", 1+i/100), known{})
	}
	if len(p.onDemand) > maxOnDemand {
		t.Errorf("%d expressions are kept", len(p.onDemand))
	}
}

func BenchmarkCompile(b *testing.B) {
	library, err := Library()
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := Compile(library[0]); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkHolds(b *testing.B) {
	p, err := Compile(exprDefinition())
	if err != nil {
		b.Fatal(err)
	}
	vals := known{"contact.transport_barrier": false, "visit.barrier": "transportation"}
	for b.Loop() {
		if !p.Holds(`contact.transport_barrier || visit.barrier == "transportation"`, vals).True {
			b.Fatal("it does not hold")
		}
	}
}
