package engine

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/pathways"
)

// answer is what a condition came to, and can say in words what led to it.
type answer struct {
	pathways.Verdict
	asked *asked
}

// holds asks a condition, and notes what it asked.
func (r *run) holds(expr string, vals pathways.Values) answer {
	a := &asked{Values: vals, r: r}
	v := answer{Verdict: r.program.Holds(expr, a), asked: a}
	r.watch(expr, v)
	return v
}

// words says what was found, as people call things: titles and questions, never ids. What a
// condition could not decide is said as the language says it.
func (a answer) words() string {
	var parts []string
	for _, f := range a.asked.found {
		if f.known {
			parts = append(parts, a.asked.r.findingInWords(f.name, f.value))
		}
	}
	if len(parts) == 0 {
		return a.unknownInWords()
	}
	return strings.Join(parts, ", ")
}

func (a answer) unknownInWords() string {
	var parts []string
	for _, f := range a.asked.found {
		parts = append(parts, a.asked.r.nameInWords(f.name))
	}
	if len(parts) == 0 {
		return a.Text
	}
	return "not known: " + strings.Join(parts, ", ")
}

// asked stands between a condition and the values, and keeps what was asked.
type asked struct {
	pathways.Values
	r     *run
	found []finding
	space [4]finding // for the first of found: few conditions ask more
}

type finding struct {
	name  string
	value any
	known bool
}

// Value implements pathways.Values.
func (a *asked) Value(name string) (any, bool) {
	v, ok := a.Values.Value(name)
	if a.found == nil {
		a.found = a.space[:0]
	}
	a.found = append(a.found, finding{name: name, value: v, known: ok})
	return v, ok
}

// Peek implements pathways.Peeker.
func (a *asked) Peek(name string) (any, bool) { return a.Values.Value(name) }

// findingInWords writes "contact.outcome" with "reached_caregiver" as "Reach the patient: reached
// caregiver".
func (r *run) findingInWords(name string, value any) string {
	head, tail, _ := strings.Cut(name, ".")
	if name == "required" {
		return requiredInWords(value)
	}
	spec := r.spec(head)
	if spec == nil {
		return r.nameInWords(name) + ": " + r.valueInWords(value)
	}
	title := r.titleOf(spec)
	switch tail {
	case "outcome":
		return title + ": " + r.valueInWords(value)
	case "ended", "done", "kept", "booked", "missed", "answered":
		if value == true {
			return title + " is " + tail
		}
		return title + " is not " + tail
	}
	return r.nameInWords(name) + ": " + r.valueInWords(value)
}

// nameInWords writes what expressions ask by name as people call it.
func (r *run) nameInWords(name string) string { return r.def.NameInWords(name) }

func (r *run) valueInWords(v any) string {
	switch x := v.(type) {
	case bool:
		if x {
			return "yes"
		}
		return "no"
	case string:
		if t, err := time.Parse(time.RFC3339, x); err == nil {
			return r.inWords(t)
		}
		if _, err := care.ParseDate(x); err == nil {
			return x
		}
		return plain(x)
	case []any:
		words := make([]string, len(x))
		for i, one := range x {
			words[i] = r.valueInWords(one)
		}
		return reasonOr(strings.Join(words, ", "), "none")
	case float64:
		return strconv.FormatFloat(x, 'f', -1, 64)
	case time.Time:
		return r.inWords(x)
	}
	return fmt.Sprint(v)
}

// requiredInWords says how far what was required is: "of what was required: 4 done, 1 open".
func requiredInWords(v any) string {
	statuses, _ := v.([]string)
	undone := func(s string) bool { return s != string(care.StepDone) && s != string(care.StepSkipped) }
	if !slices.ContainsFunc(statuses, undone) {
		return "everything that was required is done"
	}
	count := func(status care.StepStatus) int {
		n := 0
		for _, s := range statuses {
			if s == string(status) {
				n++
			}
		}
		return n
	}
	var parts []string
	for _, s := range []care.StepStatus{care.StepDone, care.StepSkipped, care.StepMissed, care.StepCancelled, care.StepOpen, care.StepWaiting} {
		if n := count(s); n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, s))
		}
	}
	return "of what was required: " + strings.Join(parts, ", ")
}

// plain writes a code as people read it.
func plain(code string) string { return pathways.Plain(code) }
