package e2e

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
)

// What an organization may write itself: a pathway that offers a visit at home, the pathway of that
// visit, and one beside which nobody comes to the door.
const (
	lookIn = `
pathway: look-in
version: 1
title: Somebody looks in
owner: community_health_worker
launch: {on: request, once_per: request}
facts:
  why: {type: string, required: true, label: Why somebody is to go there}
clocks:
  look: {from: start, within: 2 business days}
  period: {from: enrolled, within: 14 days}
ladders:
  work: [{at: due, escalate: supervisor}]
steps:
  - {id: look, task: Look in on the patient, clock: look, ladder: work, outcomes: [seen, not_found]}
ends:
  - {on: patient.died, as: deceased}
  - {when: look.outcome == "not_found", as: lost-to-follow-up, because: Nobody was at home}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`
	worriedCall = `
pathway: worried-call
version: 1
title: A call to somebody whom we worry about
owner: nurse
launch: {on: request, once_per: request}
clocks:
  call: {from: start, within: 1 business day}
  period: {from: enrolled, within: 30 days}
ladders:
  work: [{at: due, escalate: supervisor}]
steps:
  - {id: call, task: Call the patient, clock: call, ladder: work, outcomes: [well, worried]}
  - id: home
    after: call
    when: call.outcome == "worried"
    discretionary: true
    pathway: {start: look-in, with: {why: call.outcome}, wait: true, within: 10 days}
  - {id: practice, after: call, task: Tell the practice, due: 5 business days, ladder: work}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`
	nobodyComes    = "The patient asked that nobody comes to the door."
	elsewhereCared = "The heart clinic looks after this patient itself."
	quietWeeks     = `
pathway: quiet-weeks
version: 1
title: Weeks in which nobody comes
owner: nurse
launch: {on: request, once_per: patient}
relations:
  - {pathway: look-in, is: excludes, because: ` + nobodyComes + `}
  - {pathway: heart-failure-30-days, is: excludes, because: ` + elsewhereCared + `}
clocks:
  call: {from: start, within: 5 business days}
  period: {from: enrolled, within: 30 days}
ladders:
  work: [{at: due, escalate: supervisor}]
steps:
  - {id: call, task: Call the patient, clock: call, ladder: work}
ends:
  - {on: patient.died, as: deceased}
  - {when: all(required), as: completed}
  - {clock: period, as: finished-incomplete}
`
)

// An organization's own pathways come into force by two people. Then a visit at home is offered, begun
// by a person as a pathway of its own, waited for, and reports back; and where another pathway excludes
// it, a person decides, and the reason is kept.
func TestAPathwayStartsAnotherAndWaitsForIt(t *testing.T) {
	t.Parallel()
	s := shared(t)
	s.publish(t, lookIn)
	s.publish(t, quietWeeks)
	draft := s.handIn(t, worriedCall)
	a := s.people(t).author.refused(t, http.StatusForbidden, http.MethodPost, draft.path("review"), map[string]any{"decision": "approve", "reason": "it is good"})
	if !strings.Contains(string(a.body), "pathway.second_person") {
		t.Errorf("the author's own approval was refused with %s", a)
	}
	s.approve(t, draft)

	t.Run("it runs and reports back", func(t *testing.T) {
		t.Parallel()
		parent := s.enrolled(t, s.newPatient(t), "worried-call", nil)
		begun := s.beginVisitAtHome(t, parent)
		child := s.awaitStarted(t, parent, "home")
		if child.Pathway != "look-in" || child.Status != "active" || factNamed(child, "why") != "worried" {
			t.Fatalf("the step started %+v", child)
		}
		if st := stepNamed(t, get[enrollment](t, s.client, "/enrollments/"+parent), "home"); st.Status != "open" {
			t.Errorf("while the visit runs the step that waits for it is %+v", st)
		}
		s.complete(t, child.ID, "look", "seen", nil)
		ended := s.awaitStep(t, parent, "home", "done")
		if ended.Outcome != "completed" {
			t.Errorf("the visit ended, and the step that waited for it is %+v", ended)
		}
		s.tells(t, parent, "home", "ended as completed")
		s.complete(t, parent, "practice", "done", nil)
		if e := get[enrollment](t, s.client, "/enrollments/"+parent); e.Outcome != "completed" {
			t.Errorf("in the end the pathway that started it is %s %s; the step began as %+v", e.Status, e.Outcome, begun)
		}
	})

	t.Run("another pathway excludes it", func(t *testing.T) {
		t.Parallel()
		who := s.newPatient(t)
		s.enrolled(t, who, "quiet-weeks", nil)
		parent := s.enrolled(t, who, "worried-call", nil)
		s.beginVisitAtHome(t, parent)
		var asked task
		await(t, "somebody is asked what is to become of the visit", func() (found bool, why string) {
			asked, found = s.openTask(t, parent, "home")
			return found, "no task of the step is open"
		})
		if !strings.Contains(asked.Instructions, nobodyComes) || asked.Role != "nurse" || asked.DueAt == nil {
			t.Errorf("the question is %+v; want it to say %q", asked, nobodyComes)
		}
		s.decided(t, who, launchDecision{Pathway: "look-in", Decision: "refused", Reason: nobodyComes})
		s.complete(t, parent, "home", "not_needed", map[string]any{"reason": "a call will do"})
		if st := stepNamed(t, get[enrollment](t, s.client, "/enrollments/"+parent), "home"); st.Status != "skipped" || st.Outcome != "not_needed" {
			t.Errorf("nobody needs the visit, and its step is %+v", st)
		}
	})

	t.Run("another pathway excludes what a discharge would start", func(t *testing.T) {
		t.Parallel()
		left := aDayAgo()
		st := stayOf("EXCLUDED-1", "01", left)
		st.class, st.discharged = "O", left.AddDate(0, 0, -20)
		s.taken(t, st.message("A04", st.discharged)) // known before
		who := s.patientByMRN(t, st.mrn).ID
		s.enrolled(t, who, "quiet-weeks", nil)
		st = stayOf("EXCLUDED-1", "01", left)
		st.visit, st.diagnoses = "VEXCLUDED-2", heartFailure
		s.taken(t, st.message("A03", left))
		if got, want := running(s.enrollmentsOf(t, who)), []string{"post-discharge-tcm", "quiet-weeks"}; !slices.Equal(got, want) {
			t.Errorf("after the discharge these run: %q, want %q", got, want)
		}
		s.decided(t, who, launchDecision{Pathway: "heart-failure-30-days", Decision: "refused", Reason: elsewhereCared})
	})
}

// newPatient makes a patient nobody wrote a message about, and gives the id.
func (c client) newPatient(t *testing.T) string {
	t.Helper()
	return post[patient](t, c, "/patients", map[string]any{
		"family_name": "Neighbour", "given_name": "Any", "telecoms": []map[string]string{{"system": "email", "value": "neighbour@patients.example"}},
	}).ID
}

// enrolled puts a patient on a pathway by hand, and gives the enrollment's id.
func (c client) enrolled(t *testing.T, patientID, pathway string, facts map[string]any) string {
	t.Helper()
	return post[enrollment](t, c, "/enrollments", map[string]any{"patient_id": patientID, "pathway": pathway, "reason": "asked for", "facts": facts}).ID
}

// beginVisitAtHome makes the call after which the visit is offered, and begins it.
func (c client) beginVisitAtHome(t *testing.T, id string) step {
	t.Helper()
	if st := stepNamed(t, get[enrollment](t, c, "/enrollments/"+id), "home"); st.Offered {
		t.Errorf("before the call the visit is offered: %+v", st)
	}
	c.complete(t, id, "call", "worried", nil)
	return c.beginOffered(t, id, "home")
}

// beginOffered begins a step that is offered, and was not begun by itself.
func (c client) beginOffered(t *testing.T, id, name string) step {
	t.Helper()
	if st := stepNamed(t, get[enrollment](t, c, "/enrollments/"+id), name); !st.Discretionary || !st.Offered || st.Status != "waiting" || st.Cause.Text == "" {
		t.Fatalf("a step that is for a person to begin stands as %+v", st)
	}
	return stepNamed(t, post[enrollment](t, c, "/enrollments/"+id+"/steps/"+name+"/start", map[string]string{"reason": "I heard how they breathe"}), name)
}

// awaitStarted gives the enrollment that a step has started.
func (c client) awaitStarted(t *testing.T, id, name string) enrollment {
	t.Helper()
	var child string
	await(t, "the step "+name+" has started another pathway", func() (bool, string) {
		st := stepNamed(t, get[enrollment](t, c, "/enrollments/"+id), name)
		child = st.Child
		return child != "", fmt.Sprintf("it is %+v", st)
	})
	return get[enrollment](t, c, "/enrollments/"+child)
}

// awaitStep gives a step once it has the status.
func (c client) awaitStep(t *testing.T, id, name, status string) step {
	t.Helper()
	var st step
	await(t, "the step "+name+" is "+status, func() (bool, string) {
		st = stepNamed(t, get[enrollment](t, c, "/enrollments/"+id), name)
		return st.Status == status, fmt.Sprintf("it is %+v", st)
	})
	return st
}

// stepNamed gives the latest occurrence of a step.
func stepNamed(t *testing.T, e enrollment, name string) step {
	t.Helper()
	for _, st := range slices.Backward(e.Steps) {
		if st.Step == name {
			return st
		}
	}
	t.Fatalf("the enrollment has no step %s: %+v", name, e.Steps)
	return step{}
}

func factNamed(e enrollment, name string) any {
	for _, f := range e.Facts {
		if f.Name == name {
			return f.Value
		}
	}
	return nil
}

// running gives the pathways that run, by their names.
func running(all []enrollment) []string {
	var names []string
	for _, e := range all {
		if e.Status != "ended" {
			names = append(names, e.Pathway)
		}
	}
	slices.Sort(names)
	return names
}

// decided tests that the last decision about a pathway is the given one.
func (c client) decided(t *testing.T, patientID string, want launchDecision) {
	t.Helper()
	all := get[struct{ Items []launchDecision }](t, c, "/patients/"+patientID+"/launches").Items
	i := slices.IndexFunc(all, func(d launchDecision) bool { return d.Pathway == want.Pathway })
	if i < 0 || all[i].Decision != want.Decision || !strings.Contains(all[i].Reason, want.Reason) {
		t.Errorf("the decisions are %+v, want %+v", all, want)
	}
}

// tells tests that a line of the timeline about a step has the words.
func (c client) tells(t *testing.T, id, name, words string) {
	t.Helper()
	story := list[timelineEntry](t, c, "/enrollments/"+id+"/timeline")
	if !slices.ContainsFunc(story, func(e timelineEntry) bool { return e.Step == name && strings.Contains(e.Text, words) }) {
		t.Errorf("no line about %s says %q: %+v", name, words, story)
	}
}
