package population

import (
	"strings"
	"testing"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// asking is a pathway whose patients are asked by message, scored, and weigh themselves.
const asking = `
pathway: asking
version: 1
title: Ask and weigh
owner: nurse
languages: [en]
launch: {once_per: request}
facts:
  days_in_hospital: {type: int}
clocks:
  chart: {from: start, within: 2 business days}
  act: {from: start, within: 4 hours}
  period: {from: enrolled, within: 20 days}
ladders:
  work: [{at: due, escalate: supervisor}]
forms:
  how: {title: How are you?, score: {by: sum}, fields: [{id: dizzy, ask: Dizzy?, type: bool, required: true, points: 1}]}
steps:
  - {id: week, questionnaire: {to: patient, form: how, within: 24 hours}}
  - id: risk
    due: 2 business days
    ladder: work
    score: {by: lace@1, inputs: {length_of_stay_days: days_in_hospital}}
  - {id: enough, wait: {for: 12 days}}
  - {id: act, task: Call about the weight, clock: act, ladder: work}
tracks:
  gain: {on: observation.recorded, when: event.number > 190.0, steps: [act]}
ends:
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

const asked = `
title: Two a day
patients: 20
days: 25
start: 2026-01-05
arrivals: {per_day: 2, between: "09:00", even: true}
observations:
  weight: {code: 29463-7, every: 1 day, at: 07:00-08:00, within: 10 days, value: 170, varies: -2 to 2, rises: {share: 100%, by: 30, within: 5 days, over: 1 day}}
steps:
  week: {replies: REPLIES, reply_after: 2 hours, reached: 100%, answers: {dizzy: 100%}}
  risk: {minutes: 5 minutes, answers: {length_of_stay_days: 3 to 5, acute_admission: 100%, comorbidity_score: 2, ed_visits_6_months: 1}}
staff:
  nurse: {people: 5, hours: mon-sun 08:00-20:00, holidays: true}
`

// What patients answer by the link, staff do not ask by telephone; and the other way round.
func TestPatientsAnswer(t *testing.T) {
	def := definition(t, asking)
	for _, c := range []struct {
		replies         string
		byLink, byPhone int
	}{{"100%", 20, 0}, {"0%", 0, 20}} {
		byLink, byPhone, scores, gains := 0, 0, 0, 0
		w := observed(t, def, c.replies, func(turn engine.Turn) {
			switch ev := turn.Event; {
			case ev.Kind == engine.QuestionsAnswered:
				byLink++
			case ev.Kind == engine.TaskComplete && ev.Outcome == outcomeAnswered:
				byPhone++
			case ev.Kind == engine.TaskComplete && ev.Outcome == outcomeSupplied:
				scores++
			}
			for _, eff := range turn.Effects {
				if eff.Timeline != nil && eff.Timeline.Kind == "track.started" {
					gains++
				}
			}
		})
		if byLink != c.byLink || byPhone != c.byPhone || scores != 20 || gains < 20 {
			t.Errorf("replies %s: %d by link, %d by telephone, %d scores, %d weights that rose", c.replies, byLink, byPhone, scores, gains)
		}
		if r := w.summarize(); len(r.Ends) != 1 || r.Ends[0].Name != "completed" || r.Messages.ByPurpose[len(r.Messages.ByPurpose)-1].Count != 20 {
			t.Errorf("replies %s: ends %v, messages %v", c.replies, r.Ends, r.Messages.ByPurpose)
		}
	}
}

func observed(t *testing.T, def *pathways.Definition, replies string, see func(engine.Turn)) *world {
	t.Helper()
	s := scenario(t, def, strings.Replace(asked, "REPLIES", replies, 1))
	w, err := newWorld(def, s, Options{})
	if err != nil {
		t.Fatal(err)
	}
	w.observe = see
	if err := w.run(); err != nil {
		t.Fatal(err)
	}
	return w
}

func TestRanges(t *testing.T) {
	for text, want := range map[string]Range{"180": {180, 180}, "-1.5 to 2": {-1.5, 2}} {
		var r Range
		if err := r.UnmarshalText([]byte(text)); err != nil || r != want {
			t.Errorf("%q is read as %v: %v", text, r, err)
		}
	}
	for _, text := range []string{"", "much", "5 to 2", "1 to", "NaN"} {
		var r Range
		if err := r.UnmarshalText([]byte(text)); err == nil {
			t.Errorf("%q is read as %v", text, r)
		}
	}
	if got := (Range{From: 2, To: 4}).at(0.5); got != 3 {
		t.Errorf("the middle of 2 to 4 is %v", got)
	}
}
