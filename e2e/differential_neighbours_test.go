package e2e

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"throughline/care"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// What enrollments of one patient ask and tell each other: each runs in a simulator of its own, and
// hears in the turn in which it heard on the server. What is said is the simulator's own: which
// enrollment a step starts and with what, and how it ended.

// beyond takes what a simulator wants of another enrollment.
func (w *twin) beyond(eff engine.Effect) {
	switch eff.Kind {
	case engine.StartPathway:
		w.asked[eff.Start.ID] = *eff.Start
		w.coming = append(w.coming, engine.Event{ID: eff.Start.ID, Kind: engine.SubStarted, Actor: care.TheEngine, Step: eff.Start.Parent.Step, Occurrence: eff.Start.Parent.Occurrence})
	case engine.EndPathway:
		w.coming = append(w.coming, engine.Event{ID: eff.End.ID, Kind: engine.SubWithdrawn, Actor: care.TheEngine, Step: eff.End.Step, Occurrence: eff.End.Occurrence})
		w.toOther(eff.End.EnrollmentID, engine.Event{ID: eff.End.ID, Kind: engine.EnrollmentWithdraw, Actor: care.TheEngine, Reason: eff.End.Reason})
	case engine.TellParent:
		n := eff.Parent
		w.coming = append(w.coming, engine.Event{ID: n.ID, Kind: engine.ParentTold, Actor: care.TheEngine})
		w.toOther(n.Parent.EnrollmentID, engine.Event{ID: n.ID, Kind: engine.SubEnded, Actor: care.TheEngine, Step: n.Parent.Step, Occurrence: n.Parent.Occurrence, Child: n.Child, Outcome: n.Outcome})
	}
}

func (w *twin) toOther(id care.ID, ev engine.Event) {
	if other := w.twin(id); other != nil {
		other.coming = append(other.coming, ev)
	}
}

// mustCome tells whether a turn with the news must follow: it leaves a trace, and whoever has ended need
// not be told of others.
func (w *twin) mustCome(ev engine.Event) bool {
	if w.ended() && (ev.Kind == engine.SubEnded || ev.Kind == engine.EnrollmentWithdraw) {
		return false
	}
	turn, err := w.engine.Advance(w.world.State, ev, w.world.Now)
	return err != nil || turn.State.Seq != w.world.State.Seq
}

// newsOf gives the event of a turn by which another enrollment is heard.
func (w *twin) newsOf(row turnRow) (engine.Event, error) {
	if row.Kind == engine.ParentJoined {
		return w.joined(row)
	}
	i := slices.IndexFunc(w.coming, func(ev engine.Event) bool {
		return ev.ID == row.EventID && (ev.Kind == row.Kind || ev.Kind == engine.SubStarted && row.Kind == engine.SubRefused)
	})
	if i < 0 {
		if row.News == nil && row.Kind != engine.EnrollmentWithdraw {
			return engine.Event{}, fmt.Errorf("the server took %s, of which the scenario knows nothing", row.Kind)
		}
		w.heldBack = string(row.Kind)
		return engine.Event{}, nil
	}
	ev := w.coming[i]
	w.coming = slices.Delete(w.coming, i, i+1)
	if ev.Kind != engine.SubStarted {
		return ev, nil
	}
	return w.answerOf(ev, row)
}

// answerOf tells a step what became of the pathway that it wants started.
func (w *twin) answerOf(ev engine.Event, row turnRow) (engine.Event, error) {
	var news engine.Event
	if err := json.Unmarshal(row.News, &news); err != nil {
		return ev, fmt.Errorf("reading what became of a launch: %w", err)
	}
	asked := w.asked[ev.ID]
	e, l := w.d.engines[asked.Pathway], w.launch(row.At)
	l.Need, l.Parent, l.Facts = asked.Need, &asked.Parent, factsFor(e.Definition(), asked.Facts)
	l.EnrollmentID = e.EnrollmentID(l, "step:"+asked.Parent.EnrollmentID+":"+asked.Parent.Step+":"+strconv.Itoa(asked.Parent.Occurrence))
	ev.Kind = row.Kind
	switch verdict := e.Decide(l); {
	case row.Kind == engine.SubRefused:
		ev.Reason = verdict.Reason
		if because := w.excluded(e.Definition()); verdict.Start && because != "" {
			ev.Reason = because
		} else if err := e.Check(engine.State{}, w.startOf(asked, l), row.At); verdict.Start && err != nil {
			ev.Reason = err.Error()
		}
		if ev.Reason != news.Reason {
			return ev, fmt.Errorf("the server does not start %s because %q, the simulator because %q", asked.Pathway, news.Reason, ev.Reason)
		}
	case news.Outcome == "joined":
		ev.Child, ev.Outcome = news.Child, news.Outcome
		if other := w.twin(news.Child); other == nil || !slices.Contains(e.Definition().Launch.WhileActive.Pathways, other.pathway()) {
			return ev, fmt.Errorf("the server says that one which runs already follows the patient instead of %s: %s", asked.Pathway, news.Child)
		}
	case news.Child != l.EnrollmentID || !verdict.Start:
		return ev, fmt.Errorf("the server started %s as %s, the simulator would as %s: %+v", asked.Pathway, news.Child, l.EnrollmentID, verdict)
	default:
		ev.Child = news.Child
		if w.twin(news.Child) == nil {
			w.begin(e, w.startOf(asked, l))
		}
	}
	return ev, nil
}

// startOf is how a step starts another pathway.
func (w *twin) startOf(asked engine.SubLaunch, l engine.Launch) engine.Event {
	return engine.Event{Kind: engine.Started, OccurredAt: asked.OccurredAt, Actor: care.TheEngine, Reason: "a step of another pathway asks for it", Launch: &l}
}

// factsFor leaves out the need where the pathway has no such fact.
func factsFor(def *pathways.Definition, given []care.FactValue) []care.FactValue {
	return slices.DeleteFunc(slices.Clone(given), func(f care.FactValue) bool {
		return f.Name == pathways.GivenNeed && !slices.ContainsFunc(def.Facts, func(declared pathways.Fact) bool { return declared.Name == f.Name })
	})
}

// joined tells an enrollment that a step of another one waits for its end too.
func (w *twin) joined(row turnRow) (engine.Event, error) {
	var news engine.Event
	if err := json.Unmarshal(row.News, &news); err != nil {
		return engine.Event{}, fmt.Errorf("reading who waits: %w", err)
	}
	for _, asked := range w.asked {
		if asked.Await && news.Parent != nil && asked.Parent == *news.Parent {
			return engine.Event{Kind: engine.ParentJoined, Actor: care.TheEngine, Parent: &asked.Parent}, nil
		}
	}
	w.heldBack = string(row.Kind)
	return engine.Event{}, nil
}

// rare is a pathway of what few others have: steps that start pathways, wait for them, join them and
// end with them, an offered step, and tracks that an event begins in a pause and after it.
const rare = `
pathway: all-that-is-rare
version: 1
title: What few pathways have
owner: nurse
launch: {on: request, once_per: request}
facts:
  began_on: {type: date, required: true, label: When it began}
  test_code: {type: string, default: POT, label: Code of the result}
clocks:
  call: {from: start, within: 1 business day}
  ring: {from: start, within: 4 hours, pause: never}
  quiet: {from: start, within: 2 days}
  period: {from: enrolled, within: 40 days}
ladders:
  work:
    - {at: 1 hour before due, remind: owner}
    - {at: due, escalate: supervisor}
forms:
  how:
    title: How is the patient?
    fields:
      - {id: worried, ask: Are you worried?, type: bool, required: true}
steps:
  - {id: call, task: Call the patient, clock: call, ladder: work, form: how, outcomes: [reached, not_reached]}
  - {id: home, after: call, when: call.worried, discretionary: true, pathway: {start: look-in, with: {why: call.outcome}, wait: true, within: 5 days}}
  - {id: look, after: call, pathway: {start: look-in, with: {why: call.outcome}, ends_with_parent: true}}
  - {id: find, when: call.outcome == "not_reached", pathway: {start: lost-to-follow-up-search, with: {last_contact_on: began_on}, ends_with_parent: true}}
  - {id: found, after: find, when: find.started, pathway: {start: lost-to-follow-up-search, with: {last_contact_on: began_on}, wait: true, within: 4 days}}
  - {id: result, wait: {for: 12 days, on: observation.recorded}}
  - {id: letter, after: [result, look], task: Write a letter, due: 2 business days}
  - {id: ask_why, on: observation.recorded, when: event.code == test_code, discretionary: true, task: Ask why, clock: quiet, ladder: work}
  - {id: ring_up, task: Ring up at once, clock: ring, ladder: work, outcomes: [reached, not_reached]}
  - {id: talk, task: Talk about the result, clock: quiet, ladder: work}
tracks:
  urgent: {on: observation.recorded, when: event.code == test_code && event.critical, pause: never, steps: [ring_up]}
  odd: {on: observation.recorded, when: event.code == test_code && event.number > 5.0, steps: [talk]}
ends:
  - {on: patient.died, as: deceased}
  - {on: encounter.admitted, as: {suspend: until encounter.discharged}, because: The patient is in hospital}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`

// publishRare puts in force, by two people, the pathways that have what the library's have not.
func (d *differential) publishRare() {
	d.t.Helper()
	for _, source := range []string{lookIn, quietWeeks, rare} {
		published := d.publish(d.t, source)
		def, problems := pathways.Load("", []byte(source))
		if err := problems.Err(); err != nil {
			d.t.Fatal(err)
		}
		if pathways.Digest(def) != published.Digest {
			d.t.Fatalf("the server read %s otherwise than it is", def.Pathway)
		}
		d.know(def)
	}
}
