package enrollments

import (
	"context"

	"github.com/danielgtaylor/huma/v2"

	"throughline/api/rest"
	"throughline/pathways"
	"throughline/pathways/engine"
)

// NewStep is a step that is added for one enrollment. Exactly one of task, appointment, message,
// questionnaire and referral says what it is.
type NewStep struct {
	ID           string        `json:"id,omitempty" pattern:"^[a-z][a-z0-9_]*$" maxLength:"60" doc:"Made up where none is given"`
	Task         string        `json:"task,omitempty" maxLength:"300" doc:"What is to be done"`
	Appointment  string        `json:"appointment,omitempty" maxLength:"300" doc:"What visit"`
	Message      *NewMessage   `json:"message,omitempty"`
	Questions    *NewQuestions `json:"questionnaire,omitempty"`
	Referral     *NewReferral  `json:"referral,omitempty"`
	Instructions string        `json:"instructions,omitempty" maxLength:"4000"`
	Owner        string        `json:"owner,omitempty" maxLength:"100" doc:"The role; default: the pathway's"`
	Due          string        `json:"due,omitempty" maxLength:"100" doc:"By when, counted from now" example:"2 business days"`
	Clock        string        `json:"clock,omitempty" maxLength:"100" doc:"One of the pathway's clocks, instead of due"`
	Ladder       string        `json:"ladder,omitempty" maxLength:"100" doc:"One of the pathway's ladders"`
	Outcomes     []string      `json:"outcomes,omitempty" maxItems:"20"`
	Priority     int           `json:"priority,omitempty" minimum:"1" maximum:"5"`
}

// NewMessage is a message that is added.
type NewMessage struct {
	To       string `json:"to" maxLength:"100" doc:"patient, owner or a role"`
	Template string `json:"template" maxLength:"100" doc:"One of the pathway's messages"`
	At       string `json:"at,omitempty" maxLength:"100" doc:"Default: at once"`
}

// NewQuestions is a questionnaire that is added.
type NewQuestions struct {
	To         string `json:"to" maxLength:"100" doc:"patient, owner or a role"`
	Form       string `json:"form" maxLength:"100" doc:"One of the pathway's forms"`
	Within     string `json:"within" maxLength:"100" doc:"How long the answers are waited for" example:"24 hours"`
	Template   string `json:"template,omitempty" maxLength:"100" doc:"One of the pathway's messages, to bring the patient the questions"`
	Unanswered string `json:"unanswered,omitempty" enum:"call,skip" doc:"What follows silence; default: the owner asks by telephone"`
}

// NewReferral is a referral that is added.
type NewReferral struct {
	Need         string `json:"need" minLength:"1" maxLength:"100" doc:"Gravity SDOH category" example:"transportation-insecurity"`
	Consent      string `json:"consent,omitempty" enum:"required,on file" default:"required" doc:"required: the patient is asked first"`
	Acknowledge  string `json:"acknowledge,omitempty" maxLength:"100" default:"2 business days" doc:"How long a service may take to say yes"`
	FirstContact string `json:"first_contact,omitempty" maxLength:"100" default:"5 business days" doc:"How long it may take to reach the patient"`
	Outcome      string `json:"outcome,omitempty" maxLength:"100" default:"30 days" doc:"How long it may take to tell what came of it"`
	Otherwise    string `json:"otherwise,omitempty" enum:"next_best,ask" default:"next_best" doc:"What follows a refusal or silence"`
}

// Step gives the step as the pathway language has it.
func (n NewStep) Step() *pathways.Step {
	s := &pathways.Step{
		ID: n.ID, Task: n.Task, Appointment: n.Appointment, Instructions: n.Instructions, Owner: n.Owner, Due: n.Due,
		Clock: n.Clock, Ladder: n.Ladder, Outcomes: n.Outcomes, Priority: n.Priority,
	}
	if m := n.Message; m != nil {
		s.Message = &pathways.MessageSpec{To: m.To, Template: m.Template, At: m.At}
	}
	if q := n.Questions; q != nil {
		s.Questionnaire = &pathways.Questionnaire{To: q.To, Form: q.Form, Within: q.Within, Template: q.Template, Unanswered: q.Unanswered}
	}
	if r := n.Referral; r != nil {
		s.Referral = &pathways.Referral{
			Need: r.Need, Consent: r.Consent, Acknowledge: r.Acknowledge, FirstContact: r.FirstContact, Outcome: r.Outcome, Otherwise: r.Otherwise,
		}
	}
	return s
}

// StepAddition adds a step to one enrollment.
type StepAddition struct {
	Reason string  `json:"reason" minLength:"1" maxLength:"2000"`
	Step   NewStep `json:"step"`
}

type addStepInput struct {
	rest.ByID
	Body StepAddition
}

func registerAddStep(a huma.API, d Deps) {
	rest.Post(a, rest.Op{
		ID: "add-step", Path: "/enrollments/{id}/steps", Tag: tag, Summary: "Add a step for this patient only",
		Text: "It must obey the rules of every step: an owner and a deadline.",
	}, d.addStep)
}

func (d Deps) addStep(ctx context.Context, in *addStepInput) (*rest.One[EnrollmentDetail], error) {
	return d.do(ctx, in.ID, engine.Event{Kind: engine.StepAdd, NewStep: in.Body.Step.Step(), Reason: in.Body.Reason})
}
