package router_test

import (
	"fmt"
	"strings"
	"testing"

	"throughline/care"
)

// siu is a message about Ada's appointment A77.
func (w *world) siu(event, at, start string) string {
	w.n++
	return strings.Join([]string{
		`MSH|^~\&|EHR|HOSP|THROUGHLINE|CLINIC|` + at + `||SIU^` + event + `|C` + fmt.Sprint(w.n) + `|P|2.5.1`,
		`SCH||A77^EHR|||||||||^^^` + start,
		`PID|1||4711^^^HOSP^MR||Lovelace^Ada||19501210|F`,
	}, "\r") + "\r"
}

// visit gives Ada's visit as it stands, and how often it was not kept.
func (w *world) visit() (care.Appointment, int) {
	w.t.Helper()
	st, _, err := w.store.Snapshot(w.t.Context(), w.only("4711").ID)
	w.must(err)
	for _, step := range st.Steps {
		if step.ID != "visit" {
			continue
		}
		if step.Appointment == nil {
			return care.Appointment{}, step.NoShows
		}
		return *step.Appointment, step.NoShows
	}
	w.t.Fatal("there is no visit")
	return care.Appointment{}, 0
}

// A visit is often booked, and moved, before the patient leaves. In whichever order the messages
// come, the visit ends up where it was moved to last, and nothing is told twice.
func TestAVisitBookedBeforeTheDischarge(t *testing.T) {
	w := newWorld(t)
	booked := w.siu("S12", "20251125090000", "20251203100000")
	moved := w.siu("S13", "20251125100000", "20251204140000")
	for i, order := range [][]string{
		{booked, moved, discharged.text(w)}, {moved, discharged.text(w), booked}, {discharged.text(w), moved, booked}, {moved, booked, discharged.text(w), booked},
	} {
		if i > 0 {
			w = newWorld(t)
		}
		for _, text := range order {
			w.post(text)
		}
		got, _ := w.visit()
		if got.Start == nil || got.Start.In(w.zone).Format("20060102150405") != "20251204140000" {
			t.Errorf("in order %d the visit is booked for %v", i, got.Start)
		}
	}
}

// A visit that was called off before the discharge is to be booked.
func TestAVisitCalledOffBeforeTheDischarge(t *testing.T) {
	w := newWorld(t)
	w.post(w.siu("S12", "20251125090000", "20251203100000"))
	w.post(w.siu("S15", "20251125100000", "20251203100000"))
	w.post(discharged.text(w))
	if got, _ := w.visit(); got.Start != nil {
		t.Errorf("it is booked for %s", got.Start)
	}
}
