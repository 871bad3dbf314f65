package population

import (
	"fmt"
	"slices"

	"throughline/care"
	"throughline/pathways/engine"
)

// search finds the services that the scenario knows of.
func (w *world) search(p *patient, s *engine.Search) error {
	known := p.course.scenario.servicesFor(s.Need).Known
	found := make([]engine.Candidate, known)
	for i := range found {
		name := fmt.Sprintf("Service %d", i+1)
		found[i] = engine.Candidate{ServiceID: care.KeyID("service", s.Need, name), Name: name}
	}
	return unlessRefused(w.advance(p, engine.Event{Kind: engine.ReferralCandidates, Actor: care.TheEngine, Step: s.Step, Occurrence: s.Occurrence, Candidates: found}))
}

// referralTold takes what the engine told of a referral; a new one gets the service's answer.
func (w *world) referralTold(p *patient, r *care.Referral) {
	for i := range p.asked {
		if p.asked[i].ID == r.ID {
			p.asked[i] = *r
			return
		}
	}
	p.asked = append(p.asked, *r)
	if r.Status == care.ReferralRequested {
		w.expectAnswer(p, r.ID, r.Need, len(p.asked))
	}
}

// expectAnswer arranges that a service accepts, declines, or says nothing.
func (w *world) expectAnswer(p *patient, id care.ID, need string, n int) {
	v := p.course.scenario.servicesFor(need)
	luck := p.dice.roll("service", need, n)
	kind := engine.ReferralAccept
	switch {
	case luck < float64(v.Accept):
	case luck < float64(v.Accept+v.Decline):
		kind = engine.ReferralDecline
	default:
		return
	}
	w.later(w.now+v.Answer.or(defaultAnswer).at(p.dice.roll("service answers", need, n)), func() error {
		if err := w.partner(p, id, kind, "no capacity"); err != nil || kind == engine.ReferralDecline {
			return err
		}
		return w.expectService(p, id, need, n)
	})
}

// expectService arranges what an accepted referral comes to, unless the service forgets it.
func (w *world) expectService(p *patient, id care.ID, need string, n int) error {
	v := p.course.scenario.servicesFor(need)
	if w.forgotten(p, need, n) {
		return nil
	}
	begin := w.now + v.Begin.or(defaultBegin).at(p.dice.roll("service begins", need, n))
	w.later(begin, func() error { return w.partner(p, id, engine.ReferralStart, "") })
	kind := engine.ReferralComplete
	if p.dice.roll("received", need, n) >= float64(v.Received) {
		kind = engine.ReferralFail
	}
	w.later(begin+v.Finish.or(defaultFinish).at(p.dice.roll("service ends", need, n)), func() error { return w.partner(p, id, kind, "it could not be given") })
	return nil
}

func (w *world) forgotten(p *patient, need string, n int) bool {
	return p.dice.roll("forgotten", need, n) < float64(p.course.scenario.servicesFor(need).Forgotten)
}

// partner lets a service say something about a referral that is still with it.
func (w *world) partner(p *patient, id care.ID, kind engine.EventKind, reason string) error {
	if !p.running() {
		return nil
	}
	ev := engine.Event{Kind: kind, Actor: care.Actor{Kind: care.Partner, ID: "simulated service"}, ReferralID: id}
	if kind == engine.ReferralDecline || kind == engine.ReferralFail {
		ev.Reason = reason
	}
	return unlessRefused(w.advance(p, ev))
}

// planReferral is a person's work on a referral: asking for consent, asking what became of it,
// deciding when nobody is left to ask.
func (w *world) planReferral(it *item, st *engine.Step) act {
	need := ""
	if st.Referral != nil {
		need = st.Referral.Need
	}
	v := it.patient.course.scenario.servicesFor(need)
	n := occasion(st, len(it.patient.asked))
	return act{
		seconds: v.Minutes.or(defaultReferral).at(it.patient.dice.roll("referral minutes", need, n)),
		do: func() error {
			ev := engine.Event{Kind: engine.TaskComplete, Actor: staffActor(it), TaskID: it.task.ID}
			ev.Outcome = w.referralOutcome(it, v, need)
			return w.inVain(it, w.advance(it.patient, ev))
		},
	}
}

// mostWaits is how often a person goes on waiting for a service before they give it up.
const mostWaits = 2

func (w *world) referralOutcome(it *item, v Services, need string) string {
	p := it.patient
	offers := func(outcome string) bool { return slices.Contains(it.task.Outcomes, outcome) }
	switch {
	case offers("consented"):
		if p.dice.roll("consents", need, it.task.Occurrence) < float64(v.Consent) {
			return "consented"
		}
		return "refused"
	case offers("unmet_need"):
		if p.dice.roll("found", need, it.task.Occurrence) < float64(v.Found) {
			return "service_received"
		}
		return "unmet_need"
	}
	p.sent["waits "+it.task.Step]++
	if w.forgotten(p, need, len(p.asked)) || p.sent["waits "+it.task.Step] > mostWaits {
		return "not_received"
	}
	return "keep_waiting"
}
