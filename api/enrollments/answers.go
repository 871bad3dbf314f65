package enrollments

import (
	"context"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/care"
	"throughline/pathways/engine"
)

// GivenAnswers are what somebody answered to the questions of a form.
type GivenAnswers struct {
	Occurrence int            `json:"occurrence,omitempty" minimum:"1" doc:"Which time, where the questions are asked again and again; default: the present one"`
	Answers    map[string]any `json:"answers" doc:"By question"`
	OccurredAt time.Time      `json:"occurred_at,omitzero" doc:"When they were given; default: now"`
	Reason     string         `json:"reason,omitempty" maxLength:"2000" doc:"A note, where one is needed"`
}

type answersInput struct {
	rest.ByID
	Step string `path:"step" maxLength:"100" doc:"The questionnaire's id in the pathway"`
	Body GivenAnswers
}

func registerAnswers(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "answer-questionnaire", Path: "/enrollments/{id}/questionnaires/{step}/answers", Tag: tag, Summary: "Give a patient's answers to a questionnaire",
		Text: "Late answers count too, as long as the questions have not been asked again since. The enrollment's timeline shows what follows.",
	}, d.answers)
}

func (d Deps) answers(ctx context.Context, in *answersInput) (*rest.One[EnrollmentDetail], error) {
	b := in.Body
	given := rest.Sorted(b.Answers, func(name string, value any) care.FactValue { return care.FactValue{Name: name, Value: value} })
	return d.do(ctx, in.ID, engine.Event{
		Kind: engine.QuestionsAnswered, Step: in.Step, Occurrence: b.Occurrence, Answers: given, OccurredAt: b.OccurredAt, Reason: b.Reason,
	})
}
