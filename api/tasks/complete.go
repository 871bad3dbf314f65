package tasks

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// Completion finishes a task.
type Completion struct {
	Outcome    string           `json:"outcome" maxLength:"100" doc:"One of the task's outcomes"`
	Answers    map[string]any   `json:"answers,omitempty" doc:"The form's answers, by question; a booking's start"`
	Mode       care.AttemptMode `json:"mode,omitempty" enum:"phone,video,in_person,two_way_text,email,letter,automated,voicemail" doc:"How the contact was made, where it was one"`
	OccurredAt time.Time        `json:"occurred_at,omitzero" doc:"When it was done; default: now"`
	Reason     string           `json:"reason,omitempty" maxLength:"2000"`
}

type completeInput struct {
	rest.ByID
	Body Completion
}

func registerComplete(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "complete-task", Path: "/tasks/{id}/complete", Tag: tag, Summary: "Finish a task with an outcome",
		Text: "A deadline is kept by when the work was done, not by when it was recorded.",
	}, d.complete)
}

func (d Deps) complete(ctx context.Context, in *completeInput) (*rest.One[care.Task], error) {
	b := in.Body
	answers := rest.Sorted(b.Answers, func(name string, value any) care.FactValue { return care.FactValue{Name: name, Value: value} })
	return d.do(ctx, in.ID, engine.Event{
		Kind: engine.TaskComplete, Outcome: b.Outcome, Answers: answers, Mode: b.Mode, OccurredAt: b.OccurredAt, Reason: b.Reason,
	})
}
