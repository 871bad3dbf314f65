package pages

import (
	"net/http"
	"slices"

	"github.com/gin-gonic/gin"

	"throughline/care"
	"throughline/pathways/engine"
)

// answer is something that a partner can say.
type answer struct {
	Name, Label string
	Main        bool // the one that is hoped for
	// Reasons are to choose from; nobody writes freely here, so that nothing about a patient is written.
	Ask, Button string
	Reasons     []reason

	kind    engine.EventKind
	outcome string
	because string // where there is nothing to choose
	// already are the statuses in which it was said before.
	already []care.ReferralStatus
}

type reason struct{ Name, Label string }

var (
	sayYes = answer{
		Name: "accept", Label: "Yes, we can help", Main: true, kind: engine.ReferralAccept,
		already: []care.ReferralStatus{care.ReferralAccepted, care.ReferralInProgress, care.ReferralOnHold, care.ReferralCompleted},
	}
	sayFull = answer{
		Name: "full", Label: "Not now, we are full", kind: engine.ReferralDecline, because: "the service is full",
		already: []care.ReferralStatus{care.ReferralRejected},
	}
	sayNo = answer{
		Name: "decline", Label: "This is not for us", Ask: "Why?", Button: "Send this answer", kind: engine.ReferralDecline,
		already: []care.ReferralStatus{care.ReferralRejected},
		Reasons: []reason{
			{"not_offered", "we do not offer this"}, {"outside_area", "it is outside our area"},
			{"not_eligible", "they are not eligible with us"}, {"other", "another reason"},
		},
	}
	sayReached = answer{
		Name: "start", Label: "We have reached them", Main: true, kind: engine.ReferralStart,
		already: []care.ReferralStatus{care.ReferralInProgress, care.ReferralOnHold, care.ReferralCompleted},
	}
	sayResumed = answer{
		Name: "resume", Label: "It goes on", Main: true, kind: engine.ReferralResume,
		already: []care.ReferralStatus{care.ReferralInProgress, care.ReferralCompleted},
	}
	sayDone = answer{
		Name: "done", Label: "Done: they were helped", kind: engine.ReferralComplete, outcome: "service_received",
		already: []care.ReferralStatus{care.ReferralCompleted},
	}
	sayUndone = answer{
		Name: "not_done", Label: "It could not be done", Ask: "What happened?", Button: "Send this answer",
		kind: engine.ReferralComplete, outcome: "not_received", already: []care.ReferralStatus{care.ReferralFailed},
		Reasons: []reason{
			{"unreachable", "they could not be reached"}, {"declined", "they did not want it"},
			{"not_needed", "it is no longer needed"}, {"unable", "we are not able to after all"}, {"other", "another reason"},
		},
	}
	allAnswers = []answer{sayYes, sayFull, sayNo, sayReached, sayResumed, sayDone, sayUndone}
)

// answersFor gives what a partner can say now.
func answersFor(status care.ReferralStatus) []answer {
	switch status {
	case care.ReferralRequested:
		return []answer{sayYes, sayFull, sayNo}
	case care.ReferralAccepted:
		return []answer{sayReached, sayDone, sayUndone}
	case care.ReferralInProgress:
		done := sayDone
		done.Main = true
		return []answer{done, sayUndone}
	case care.ReferralOnHold:
		return []answer{sayResumed, sayDone, sayUndone}
	}
	return nil
}

// answer takes what a partner says. Said twice it is harmless; the browser is sent back to the page,
// so that reloading it says nothing again.
func (d Deps) answer(c *gin.Context) {
	c.Header("Referrer-Policy", "no-referrer")
	ctx := c.Request.Context()
	o, err := d.open(ctx, c.Param("token"))
	if err != nil {
		d.closed(c, o, err)
		return
	}
	i := slices.IndexFunc(allAnswers, func(a answer) bool { return a.Name == c.PostForm("answer") })
	if i < 0 {
		back(c, "")
		return
	}
	said := allAnswers[i]
	if slices.Contains(said.already, o.referral.Status) {
		back(c, "again")
		return
	}
	err = d.Commands.Send(ctx, o.referral.EnrollmentID, said.event(o, c.PostForm("reason")))
	switch care.CodeOf(err) {
	case "":
	case care.Conflict, care.NotFound, care.Invalid:
		back(c, "late")
		return
	default:
		d.closed(c, o, err)
		return
	}
	if err := d.Store.MarkLinkUsed(ctx, o.link.ID); err != nil {
		d.closed(c, o, err)
		return
	}
	back(c, "thanks")
}

// event is what the answer means. Its identity makes a double tap one answer.
func (a answer) event(o opened, chosen string) engine.Event {
	because := a.because
	for _, r := range a.Reasons {
		if r.Name == chosen {
			because = r.Label
		}
	}
	return engine.Event{
		ID: care.KeyID("link", o.link.ID, a.Name, string(o.referral.Status)), Kind: a.kind, ReferralID: o.referral.ID, Outcome: a.outcome, Reason: because,
		Actor: care.Actor{Kind: care.Partner, ID: o.link.ID},
	}
}

func back(c *gin.Context, said string) {
	address := c.Request.URL.Path
	if said != "" {
		address += "?said=" + said
	}
	c.Redirect(http.StatusSeeOther, address)
}
