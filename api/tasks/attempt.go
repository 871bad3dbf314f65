package tasks

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// NewAttempt is a try at a contact.
type NewAttempt struct {
	Mode       care.AttemptMode `json:"mode" enum:"phone,video,in_person,two_way_text,email,letter,automated,voicemail"`
	Who        string           `json:"who,omitempty" enum:"patient,caregiver,other" default:"patient"`
	Reached    bool             `json:"reached,omitempty"`
	Minutes    int              `json:"minutes,omitempty" minimum:"0" maximum:"1440"`
	Note       string           `json:"note,omitempty" maxLength:"4000"`
	OccurredAt time.Time        `json:"occurred_at,omitzero" doc:"When; default: now"`
}

type attemptInput struct {
	rest.ByID
	Body NewAttempt
}

func registerAttempt(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "record-attempt", Path: "/tasks/{id}/attempts", Tag: tag, Summary: "Record a try at a contact", Status: http.StatusCreated,
		Text: "A voicemail left is a documented try, not a contact. Two live tries, separate in time, excuse a missed contact of transitional care.",
	}, d.attempt)
}

func (d Deps) attempt(ctx context.Context, in *attemptInput) (*rest.One[care.Task], error) {
	b := in.Body
	return d.do(ctx, in.ID, engine.Event{Kind: engine.TaskAttempt, OccurredAt: b.OccurredAt, Attempt: &care.Attempt{
		Mode: b.Mode, Who: b.Who, Reached: b.Reached, Minutes: b.Minutes, Note: b.Note,
	}})
}
