package pages

import (
	"net/http"

	"github.com/gin-gonic/gin"

	"throughline/api/operations"
	"throughline/api/rest"
	"throughline/store"
)

type statusPage struct {
	frame
	Proof   store.Proof
	Counts  store.Counts
	Tiles   []tile
	Parts   []operations.Part
	Now     string
	Demo    bool
	Version string
}

type tile struct {
	Name   string
	Number int64
}

func (d Deps) status(c *gin.Context) {
	ctx := c.Request.Context()
	counts, err := d.Store.Counts(ctx)
	if err != nil {
		rest.Write(c.Writer, rest.ProblemOf(ctx, err))
		return
	}
	proof, err := d.Store.Proof(ctx)
	if err != nil {
		rest.Write(c.Writer, rest.ProblemOf(ctx, err))
		return
	}
	page := statusPage{
		frame: d.frame("Status"), Proof: proof, Counts: counts, Now: d.when(d.Now()), Demo: d.Demo, Version: d.Version,
		Tiles: []tile{
			{"running enrollments", counts.Enrollments}, {"patients", counts.Patients}, {"open tasks", counts.OpenTasks},
			{"of them overdue", counts.OverdueTasks}, {"open escalations", counts.OpenEscalations}, {"open referrals", counts.OpenReferrals},
			{"messages to be sent", counts.QueuedMessages}, {"inbound messages waiting", counts.InboxWaiting},
		},
	}
	if d.Parts != nil {
		page.Parts = d.Parts(ctx)
	}
	show(c, http.StatusOK, "status.html", page)
}
