package e2e

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/pathways/engine"
)

// compare compares which enrollments a patient has, and of each the whole story and what became of
// everything in it.
func (d *differential) compare(p *person) error {
	found, err := fetchAll[enrollment](d, "/enrollments?patient_id="+p.patient+"&")
	if err != nil {
		return err
	}
	for _, e := range found {
		if !slices.ContainsFunc(p.twins, func(w *twin) bool { return w.id == e.ID }) {
			return fmt.Errorf("the server has an enrollment on %s of which the simulator knows nothing", e.Pathway)
		}
	}
	for _, w := range p.twins {
		if err := d.compareTwin(w); err != nil {
			return fmt.Errorf("%s: %w", w.pathway(), err)
		}
	}
	return nil
}

func (d *differential) compareTwin(w *twin) error {
	var e enrollment
	if err := d.fetch("/enrollments/"+w.id, &e); err != nil {
		return err
	}
	s := latest(w, func(e engine.Effect) *care.Enrollment { return e.Enrollment }, func(e care.Enrollment) string { return e.ID })[w.id]
	if e.Status != string(s.Status) || e.Outcome != s.Outcome || e.Reason != s.Reason {
		return fmt.Errorf("on the server it is %s %s (%s), in the simulator %s %s (%s)", e.Status, e.Outcome, e.Reason, s.Status, s.Outcome, s.Reason)
	}
	told, err := fetchAll[care.TimelineEntry](d, "/enrollments/"+w.id+"/timeline?")
	if err != nil {
		return err
	}
	if diff := gocmp.Diff(w.lines(), w.linesOf(told)); diff != "" {
		return fmt.Errorf("the timelines differ (-simulator +server):\n%s", diff)
	}
	d.tally.add(strings.TrimSpace(string(s.Status) + " " + s.Outcome))
	d.tally.addMany("lines of timelines", len(told))
	for _, line := range told {
		if notable[line.Kind] {
			d.tally.add("told " + line.Kind)
		}
	}
	return d.compareItems(w)
}

func (d *differential) compareItems(w *twin) error {
	tasks, err := fetchAll[care.Task](d, "/tasks?enrollment_id="+w.id+"&")
	if err != nil {
		return err
	}
	referrals, err := fetchAll[care.Referral](d, "/referrals?enrollment_id="+w.id+"&")
	if err != nil {
		return err
	}
	if diff := gocmp.Diff(latest(w, func(e engine.Effect) *care.Task { return e.Task }, taskID), byID(tasks, taskID), aboutThen); diff != "" {
		return fmt.Errorf("the tasks differ (-simulator +server):\n%s", diff)
	}
	if diff := gocmp.Diff(latest(w, func(e engine.Effect) *care.Referral { return e.Referral }, referralID), byID(referrals, referralID), aboutThen); diff != "" {
		return fmt.Errorf("the referrals differ (-simulator +server):\n%s", diff)
	}
	return nil
}

// notable are the kinds of lines that are counted: what few scenarios come to.
var notable = map[string]bool{
	"pathway.started": true, "pathway.refused": true, "pathway.ended": true, "pathway.joined": true, "pathway.late": true,
	"event.deferred": true, "step.offered": true, "enrollment.suspended": true, "encounter.updated": true, "track.started": true,
}

// aboutThen takes two times for the same that lie no further apart than an answer may take: what a
// search for services led to began when it answered, which is chance.
var aboutThen = gocmp.Comparer(func(a, b time.Time) bool { return a.Sub(b).Abs() <= differentialPatience })

func taskID(t care.Task) string { return t.ID }

func referralID(r care.Referral) string { return r.ID }

func byID[T any](items []T, id func(T) string) map[string]T {
	all := map[string]T{}
	for _, item := range items {
		all[id(item)] = item
	}
	return all
}

// latest gives every item of the simulator as it stood last, as JSON would give it back.
func latest[T any](w *twin, of func(engine.Effect) *T, id func(T) string) map[string]T {
	all := map[string]T{}
	for _, turn := range w.world.Turns {
		for _, eff := range turn.Effects {
			if item := of(eff); item != nil {
				all[id(*item)] = again(*item)
			}
		}
	}
	return all
}

// again takes a value through JSON, as everything from the server has come.
func again[T any](v T) T {
	raw, err := json.Marshal(v)
	var back T
	if err == nil {
		err = json.Unmarshal(raw, &back)
	}
	if err != nil {
		panic(err) // plain data
	}
	return back
}

// lines gives the simulator's timeline to compare.
func (w *twin) lines() []care.TimelineEntry {
	answers := map[int64]bool{}
	var told []care.TimelineEntry
	for _, turn := range w.world.Turns {
		for _, eff := range turn.Effects {
			if eff.Timeline == nil {
				continue
			}
			told = append(told, again(*eff.Timeline))
			answers[eff.Timeline.Seq] = isAnswer(turn.Event.Kind)
		}
	}
	return normalized(told, answers)
}

func (w *twin) linesOf(told []care.TimelineEntry) []care.TimelineEntry {
	return normalized(told, w.answers)
}

// wentOut says that a message was on its way already when it was withdrawn. Between two turns of one
// request that is chance; the simulator's messages are never on their way.
const wentOut = "message.sent"

// normalized takes off what is chance: the time and the order of the lines that a channel's answer led
// to, which come last, and with them the numbers of the turns. Where two searches answered in another
// order, the referrals stand in another order too: of what happened to several steps at one instant,
// each step's lines keep their order, and the steps have that of their names.
func normalized(told []care.TimelineEntry, answers map[int64]bool) []care.TimelineEntry {
	var lines, answered []care.TimelineEntry
	for _, entry := range told {
		answer := answers[entry.Seq]
		entry.Seq, entry.Ordinal = 0, 0
		if !answer {
			lines = append(lines, entry)
			continue
		}
		if entry.Kind == wentOut {
			continue
		}
		entry.OccurredAt, entry.RecordedAt, entry.Cause.EventID = time.Time{}, time.Time{}, ""
		answered = append(answered, entry)
	}
	slices.SortFunc(answered, func(a, b care.TimelineEntry) int {
		return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Text, b.Text))
	})
	return append(byStepAtOneInstant(lines), answered...)
}

func byStepAtOneInstant(lines []care.TimelineEntry) []care.TimelineEntry {
	for first := 0; first < len(lines); {
		last := first + 1
		for last < len(lines) && lines[last].OccurredAt.Equal(lines[first].OccurredAt) && lines[last].RecordedAt.Equal(lines[first].RecordedAt) {
			last++
		}
		slices.SortStableFunc(lines[first:last], func(a, b care.TimelineEntry) int { return cmp.Compare(a.Step, b.Step) })
		first = last
	}
	return lines
}

func (d *differential) fetch(path string, into any) error {
	a, err := d.sent(http.MethodGet, path, nil)
	if err != nil {
		return err
	}
	if a.status != http.StatusOK {
		return fmt.Errorf("GET %s: %s", path, a)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return fmt.Errorf("reading %s: %w", path, err)
	}
	return nil
}

// fetchAll reads every page of a list; path ends with its last separator.
func fetchAll[T any](d *differential, path string) ([]T, error) {
	var all []T
	cursor := ""
	for {
		var page struct {
			Items      []T    `json:"items"`
			NextCursor string `json:"next_cursor"`
		}
		if err := d.fetch(path+url.Values{"limit": {"200"}, "cursor": {cursor}}.Encode(), &page); err != nil {
			return nil, err
		}
		all = append(all, page.Items...)
		if cursor = page.NextCursor; cursor == "" {
			return all, nil
		}
	}
}
