package engine_test

import (
	"testing"

	"throughline/care"
	"throughline/pathways/engine"
	"throughline/pathways/simulate"
)

// asked is an enrollment whose patient needs a ride and agreed to share it.
func asked(t testing.TB, answers ...changeEvent) *simulate.World {
	t.Helper()
	w := followed(t)
	sleep(t, w, "2025-11-28T10:00:00-05:00")
	complete(t, w, "contact", "reached", append(answers, answered("transport_barrier", true))...)
	return w
}

var agrees = answered("consent_to_share", true)

func byPartner(t testing.TB, w *simulate.World, kind engine.EventKind) engine.Event {
	t.Helper()
	cur := step(t, w, "transport").Referral.Current
	if cur == nil {
		t.Fatal("nobody is asked")
	}
	return engine.Event{Kind: kind, Actor: partner, ReferralID: cur.ID}
}

func current(t testing.TB, w *simulate.World) care.Referral {
	t.Helper()
	return *step(t, w, "transport").Referral.Current
}

func TestReferralFindsItsWay(t *testing.T) {
	w := asked(t, agrees)
	first := current(t, w)
	if first.ServiceName != "Ride One" || first.WaitsFor != "acknowledge" || first.DueAt == nil {
		t.Fatalf("the first referral: %+v", first)
	}
	do(t, w, byPartner(t, w, engine.ReferralDecline))
	second := current(t, w)
	if second.ServiceName != "Ride Two" || second.PartOf != first.ID || second.ID == first.ID {
		t.Fatalf("the second referral: %+v", second)
	}
	if revocations(w, first.ID) == 0 {
		t.Error("the first service's link still works")
	}
	// Silence until the end of the second business day: nobody is left, a person has to decide.
	sleep(t, w, "2025-12-03T08:00:00-05:00")
	if got := current(t, w); got.Status != care.ReferralCancelled {
		t.Errorf("the silent service's referral is %s", got.Status)
	}
	task := step(t, w, "transport").Task
	if task == nil || !task.Status.Open() || task.DueAt == nil {
		t.Fatalf("no person has the question: %+v", task)
	}
	refused(t, w, byPartner(t, w, engine.ReferralAccept), care.Conflict, "gravity")

	w.Services = append(w.Services, engine.Candidate{ServiceID: "ride-3", Name: "Ride Three"})
	complete(t, w, "transport", "search_again")
	if got := current(t, w).Status; got != care.ReferralRequested {
		t.Errorf("searched again, the referral is %s", got)
	}
	do(t, w, byPartner(t, w, engine.ReferralAccept))
	do(t, w, byPartner(t, w, engine.ReferralComplete))
	is(t, w, "transport", care.StepDone, "service_received")
}

func revocations(w *simulate.World, referral care.ID) int {
	n := 0
	for _, turn := range w.Turns {
		for _, eff := range turn.Effects {
			if eff.Kind == engine.RevokeLinks && eff.RevokeFor == referral {
				n++
			}
		}
	}
	return n
}

func TestUnmetNeedIsNotCompletion(t *testing.T) {
	w := asked(t, agrees)
	do(t, w, byPartner(t, w, engine.ReferralDecline))
	do(t, w, byPartner(t, w, engine.ReferralDecline))
	complete(t, w, "transport", "unmet_need")
	is(t, w, "transport", care.StepCancelled, "unmet_need")
	complete(t, w, "papers", "done")
	complete(t, w, "visit", "kept")
	status(t, w, care.EnrollmentActive)
	sleep(t, w, "2026-01-10T10:00:00-05:00")
	ended(t, w, care.EndUnfinished)
}

func TestConsent(t *testing.T) {
	t.Run("refused on the form", func(t *testing.T) {
		w := asked(t, answered("consent_to_share", false))
		is(t, w, "transport", care.StepSkipped, "refused")
		if queued(w, "referral", "") != 0 {
			t.Error("a service was asked all the same")
		}
	})
	t.Run("asked and given", func(t *testing.T) {
		w := asked(t)
		if queued(w, "referral", "") != 0 {
			t.Fatal("a service was asked before the patient")
		}
		due(t, w, "transport", "consent", "2025-12-02T23:59:59-05:00")
		complete(t, w, "transport", "consented")
		if got := current(t, w).Status; got != care.ReferralRequested {
			t.Errorf("consented, the referral is %s", got)
		}
	})
	t.Run("asked and refused", func(t *testing.T) {
		w := asked(t)
		complete(t, w, "transport", "refused")
		is(t, w, "transport", care.StepSkipped, "refused")
	})
	t.Run("given elsewhere", func(t *testing.T) {
		w := asked(t)
		do(t, w, engine.Event{Kind: engine.ConsentRecorded, Actor: coordinator, Purpose: "transportation-insecurity", Given: true})
		if got := current(t, w).Status; got != care.ReferralRequested {
			t.Errorf("consented, the referral is %s", got)
		}
	})
	t.Run("revoked", func(t *testing.T) {
		w := asked(t, agrees)
		do(t, w, byPartner(t, w, engine.ReferralAccept))
		id := current(t, w).ID
		do(t, w, engine.Event{Kind: engine.ConsentRevoked, Actor: coordinator, Purpose: "transportation-insecurity"})
		is(t, w, "transport", care.StepCancelled, "consent_revoked")
		if revocations(w, id) == 0 {
			t.Error("the service's link still works")
		}
		refused(t, w, engine.Event{Kind: engine.ReferralStart, Actor: partner, ReferralID: id}, care.NotFound, "referral_id")
	})
	t.Run("revoked before the request went out", func(t *testing.T) {
		w := followed(t)
		sleep(t, w, "2025-11-28T10:00:00-05:00")
		// Straight to the engine, so that no delivery is reported.
		turn := advance(t, w, completion(t, w, "contact", "reached", answered("transport_barrier", true), agrees))
		w.State = turn.State
		search := engine.Event{ID: "found", Kind: engine.ReferralCandidates, Step: "transport", Occurrence: 1, Candidates: w.Services}
		w.State = advance(t, w, search).State
		turn = advance(t, w, engine.Event{ID: "no", Kind: engine.ConsentRevoked, Actor: coordinator, Purpose: "transportation-insecurity"})
		stopped := false
		for _, eff := range turn.Effects {
			stopped = stopped || eff.Message != nil && eff.Message.Status == care.MessageStopped && eff.Message.Purpose == "referral"
		}
		if !stopped {
			t.Error("the request still goes out")
		}
	})
	t.Run("for what", func(t *testing.T) {
		refused(t, followed(t), engine.Event{Kind: engine.ConsentRecorded, Actor: coordinator, Given: true}, care.Invalid, "purpose")
	})
}

func advance(t testing.TB, w *simulate.World, ev engine.Event) engine.Turn {
	t.Helper()
	if ev.ID == "" {
		ev.ID = "once"
	}
	turn, err := w.Engine.Advance(w.State, ev, w.Now)
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func TestReferralMovesFollowGravity(t *testing.T) {
	w := asked(t, agrees)
	for _, kind := range []engine.EventKind{engine.ReferralComplete, engine.ReferralFail, engine.ReferralStart, engine.ReferralHold, engine.ReferralResume} {
		refused(t, w, byPartner(t, w, kind), care.Conflict, "gravity.referral-task")
	}
	do(t, w, byPartner(t, w, engine.ReferralAccept))
	seq := w.State.Seq
	do(t, w, byPartner(t, w, engine.ReferralAccept))
	if w.State.Seq != seq {
		t.Error("accepting twice is not the same as once")
	}
	refused(t, w, byPartner(t, w, engine.ReferralDecline), care.Conflict, "gravity.referral-task")
	do(t, w, byPartner(t, w, engine.ReferralStart))
	do(t, w, byPartner(t, w, engine.ReferralHold))
	do(t, w, byPartner(t, w, engine.ReferralResume))
	if got := current(t, w); got.Status != care.ReferralInProgress || got.ContactedAt == nil || got.AcknowledgedAt == nil {
		t.Errorf("%+v", got)
	}
	do(t, w, byPartner(t, w, engine.ReferralFail))
	if got := current(t, w); got.ServiceName != "Ride Two" {
		t.Errorf("after the failure %s is asked", got.ServiceName)
	}
}

func TestReferralEndedFromOutside(t *testing.T) {
	t.Run("the service withdraws", func(t *testing.T) {
		w := asked(t, agrees)
		do(t, w, byPartner(t, w, engine.ReferralAccept))
		do(t, w, byPartner(t, w, engine.ReferralCancel))
		if got := current(t, w).ServiceName; got != "Ride Two" {
			t.Errorf("%s is asked", got)
		}
	})
	t.Run("staff call it off", func(t *testing.T) {
		w := asked(t, agrees)
		ev := byPartner(t, w, engine.ReferralCancel)
		ev.Actor = coordinator
		do(t, w, ev)
		is(t, w, "transport", care.StepCancelled, "cancelled")
	})
	t.Run("rerouted", func(t *testing.T) {
		w := asked(t, agrees)
		ev := byPartner(t, w, engine.ReferralReroute)
		ev.Actor, ev.Reason = coordinator, "too far away"
		do(t, w, ev)
		if got := current(t, w).ServiceName; got != "Ride Two" {
			t.Errorf("%s is asked", got)
		}
	})
	t.Run("not received after all", func(t *testing.T) {
		w := asked(t, agrees)
		do(t, w, byPartner(t, w, engine.ReferralAccept))
		ev := byPartner(t, w, engine.ReferralComplete)
		ev.Outcome = "not_received"
		do(t, w, ev)
		is(t, w, "transport", care.StepOpen, "")
	})
}

func TestSilentAfterAcceptingIsChased(t *testing.T) {
	w := asked(t, agrees)
	do(t, w, byPartner(t, w, engine.ReferralAccept))
	due(t, w, "transport", "first_contact", "2025-12-04T23:59:59-05:00")
	due(t, w, "transport", "outcome", "2025-12-12T23:59:59-05:00")
	sleep(t, w, "2025-12-05T08:00:00-05:00")
	task := step(t, w, "transport").Task
	if task == nil || task.Title != "Ask Ride One whether they have reached the patient" {
		t.Fatalf("the chase: %+v", task)
	}
	complete(t, w, "transport", "keep_waiting")
	due(t, w, "transport", "first_contact", "2025-12-09T23:59:59-05:00")
	due(t, w, "transport", "outcome", "2025-12-12T23:59:59-05:00")
	sleep(t, w, "2025-12-10T08:00:00-05:00")

	// The service answers by itself: nobody need ask any more.
	do(t, w, byPartner(t, w, engine.ReferralStart))
	if task := step(t, w, "transport").Task; task.Status.Open() {
		t.Errorf("the question is still open: %+v", task)
	}
	sleep(t, w, "2025-12-13T08:00:00-05:00")
	if task := step(t, w, "transport").Task; task.Title != "Ask Ride One what became of it" {
		t.Errorf("the outcome is not asked for: %+v", task)
	}
	sleep(t, w, "2025-12-18T08:00:00-05:00")
	if raised(w, "transport") == 0 {
		t.Error("nobody is told that nobody asks")
	}
	complete(t, w, "transport", "service_received")
	is(t, w, "transport", care.StepDone, "service_received")
}

func TestRequestThatDoesNotArrive(t *testing.T) {
	for _, result := range []care.MessageStatus{care.MessageFailed, care.MessageUnknown} {
		t.Run(string(result), func(t *testing.T) {
			w := followed(t)
			w.Delivery = func(m care.Message) engine.Delivery {
				if m.Purpose == "referral" && m.To == "service:ride-1" {
					return engine.Delivery{Status: result, Detail: "no mailbox"}
				}
				return engine.Delivery{Status: care.MessageSent}
			}
			sleep(t, w, "2025-11-28T10:00:00-05:00")
			complete(t, w, "contact", "reached", answered("transport_barrier", true), agrees)
			want := "Ride Two"
			if result == care.MessageUnknown {
				want = "Ride One" // it may have arrived: its silence will tell
			}
			if got := current(t, w).ServiceName; got != want {
				t.Errorf("%s is asked", got)
			}
			if len(w.State.Escalations) != 1 || w.State.Escalations[0].Kind != "delivery" {
				t.Errorf("escalations: %+v", w.State.Escalations)
			}
		})
	}
}

func TestSearchWithoutAnswerGoesToAPerson(t *testing.T) {
	w := followed(t)
	sleep(t, w, "2025-11-28T10:00:00-05:00")
	w.State = advance(t, w, completion(t, w, "contact", "reached", answered("transport_barrier", true), agrees)).State
	sleep(t, w, "2025-11-28T15:00:00-05:00")
	if task := step(t, w, "transport").Task; task == nil || !task.Status.Open() {
		t.Error("nobody has the question")
	}
	// The answer that comes after all changes nothing.
	do(t, w, engine.Event{Kind: engine.ReferralCandidates, Step: "transport", Occurrence: 1, Candidates: w.Services})
	if step(t, w, "transport").Referral.Current != nil {
		t.Error("a late search asked a service behind the person's back")
	}
}
