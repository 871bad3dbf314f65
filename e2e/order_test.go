package e2e

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// The five messages of one stay end in the same state in every order in which they can arrive.
func TestEveryOrderOfAStaysMessages(t *testing.T) {
	t.Parallel()
	s := shared(t)
	orders := permutations(5)
	now := time.Now().UTC().Truncate(time.Second)
	enrolled := make([]string, len(orders))
	for i, order := range orders {
		mrn := fmt.Sprintf("ORDER-%03d", i)
		messages := correctedStay(mrn, now)
		for _, which := range order {
			s.taken(t, messages[which])
		}
		enrolled[i] = s.onlyEnrollment(t, mrn).ID
	}
	want := s.settled(t, enrolled[0])
	if want.Status != "active" {
		t.Fatalf("in the order in which they were sent they end as %+v", want)
	}
	for i, id := range enrolled {
		if diff := cmp.Diff(want, s.settled(t, id)); diff != "" {
			t.Errorf("the order %v ends in another state (-as sent +now):\n%s", orders[i], diff)
		}
	}
}

// correctedStay is an admission, a discharge, the correction of its time, its cancellation, and the
// discharge that counts, in the order in which they were sent.
func correctedStay(mrn string, now time.Time) [][]byte {
	ago := func(hours int) time.Time { return now.Add(-time.Duration(hours) * time.Hour) }
	st := stay{mrn: mrn, visit: "V" + mrn, family: "Order", given: "Any", phone: "5550100777", email: strings.ToLower(mrn) + "@patients.example", admitted: ago(72)}
	discharged := func(at time.Time) stay {
		left := st
		left.disposition, left.discharged = "01", at
		return left
	}
	return [][]byte{
		st.message("A01", ago(71)),
		discharged(ago(30)).message("A03", ago(29)),
		discharged(ago(31)).message("A08", ago(28)),
		st.message("A13", ago(27)),
		discharged(ago(5)).message("A03", ago(4)),
	}
}

// permutations gives every order of the first n numbers, that of their size first.
func permutations(n int) [][]int {
	if n == 0 {
		return [][]int{nil}
	}
	var all [][]int
	for _, shorter := range permutations(n - 1) {
		for at := range n {
			all = append(all, slices.Insert(slices.Clone(shorter), n-1-at, n-1))
		}
	}
	return all
}

// outline is what must be the same of two enrollments that came about in different ways.
type outline struct {
	Status, Outcome string
	Steps           []string
	Clocks          []string
	Facts           []string
	Tasks           []string
	Messages        []string
}

// settled gives an enrollment's state when nothing is on its way any more.
func (c client) settled(t *testing.T, id string) outline {
	t.Helper()
	var state outline
	await(t, "the enrollment's messages are sent", func() (bool, string) {
		state = c.state(t, id)
		i := slices.IndexFunc(state.Messages, func(m string) bool {
			return strings.HasSuffix(m, " queued") || strings.HasSuffix(m, " sending")
		})
		return i < 0, strings.Join(state.Messages, ", ")
	})
	return state
}

func (c client) state(t *testing.T, id string) outline {
	t.Helper()
	e := get[enrollment](t, c, "/enrollments/"+id)
	state := outline{Status: e.Status, Outcome: e.Outcome}
	for _, st := range e.Steps {
		state.Steps = append(state.Steps, fmt.Sprintf("%s/%d %s %s", st.Step, st.Occurrence, st.Status, st.Outcome))
	}
	for _, cl := range e.Clocks {
		state.Clocks = append(state.Clocks, fmt.Sprintf("%s of %q %s due %s", cl.Clock, cl.Step, cl.Status, cl.DueAt.UTC().Format(time.RFC3339)))
	}
	for _, f := range e.Facts {
		state.Facts = append(state.Facts, fmt.Sprintf("%s = %v", f.Name, f.Value))
	}
	for _, one := range list[task](t, c, "/tasks?enrollment_id="+id) {
		due := "never"
		if one.DueAt != nil {
			due = one.DueAt.UTC().Format(time.RFC3339)
		}
		state.Tasks = append(state.Tasks, fmt.Sprintf("%s %s due %s", one.Step, one.Status, due))
	}
	for _, m := range list[message](t, c, "/messages?enrollment_id="+id) {
		state.Messages = append(state.Messages, fmt.Sprintf("%s %s to %s %s", m.Step, m.Purpose, m.To, m.Status))
	}
	for _, lines := range [][]string{state.Steps, state.Clocks, state.Facts, state.Tasks, state.Messages} {
		slices.Sort(lines)
	}
	return state
}
