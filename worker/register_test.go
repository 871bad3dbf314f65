package worker_test

import (
	"context"
	"log/slog"
	"os"
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones must be the same wherever the tests run

	"go.temporal.io/sdk/log"
	"go.temporal.io/sdk/testsuite"

	"throughline/activities"
	"throughline/care"
	"throughline/identity"
	"throughline/notify"
	"throughline/pathways"
	"throughline/pathways/engine"
	"throughline/worker"
	"throughline/workflows"
)

// desk is all that lies behind the activities: it takes every turn and every letter.
type desk struct {
	last    engine.State
	letters []string
}

func (d *desk) Commit(_ context.Context, c workflows.Commit) (workflows.Committed, error) {
	d.last = c.Turn.State
	return workflows.Committed{}, nil
}

func (d *desk) BeginDelivery(context.Context, care.ID, string) (int, *engine.Delivery, error) {
	return 1, nil, nil
}

func (d *desk) EndDelivery(context.Context, care.ID, int, engine.Delivery, string) error { return nil }

func (d *desk) Recipient(context.Context, care.Message) (activities.Recipient, error) {
	return activities.Recipient{Address: notify.Address{Email: "someone@example.org"}}, nil
}

func (d *desk) ReferralLink(context.Context, care.ID, care.ID) (string, error) {
	return "https://care.example/r/signed", nil
}

func (d *desk) AnswersLink(context.Context, identity.Asked, care.ID) (string, error) {
	return "https://care.example/p/signed", nil
}

// Followed is asked for patients only; nothing is known of what they follow.
func (d *desk) Followed(context.Context, care.ID) (*pathways.Definition, engine.State, error) {
	return nil, engine.State{}, nil
}

func (d *desk) Services(context.Context, string, care.ID, []care.ID) ([]engine.Candidate, error) {
	return []engine.Candidate{{ServiceID: "019ab000-0000-7000-8000-0000000000ff", Name: "Rides"}}, nil
}

func (d *desk) Name() string { return "email" }

func (d *desk) Deliver(_ context.Context, m notify.Message) notify.Result {
	d.letters = append(d.letters, m.Text)
	return notify.SentAs(m.ID, time.Time{})
}

// TestRegisteredTogether runs an enrollment with the real activities under their registered names.
func TestRegisteredTogether(t *testing.T) {
	quiet := slog.New(slog.DiscardHandler)
	var suite testsuite.WorkflowTestSuite
	suite.SetLogger(log.NewStructuredLogger(quiet))
	env := suite.NewTestWorkflowEnvironment()
	d := &desk{}
	a, err := activities.New(activities.Config{
		Journal: d, Outbox: d, Recipients: d, Links: d, Answers: d, Followed: d, Directory: d, Neighbours: d, Mail: d,
		PublicURL: "https://care.example", Organization: "Example Clinic", Now: env.Now, Logger: quiet,
	})
	if err != nil {
		t.Fatal(err)
	}
	worker.RegisterPathways(env, a)
	worker.RegisterDeliveries(env, a, a, a)

	const file = "../workflows/testdata/errand.yaml"
	src, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	definition, problems := pathways.Parse(file, src)
	if errs := problems.Errors(); len(errs) > 0 {
		t.Fatal(errs)
	}
	submit := func(after time.Duration, event func() engine.Event) {
		env.RegisterDelayedCallback(func() {
			ev := event()
			env.UpdateWorkflowNoRejection(workflows.SubmitUpdate, ev.ID, t, ev)
		}, after)
	}
	submit(0, func() engine.Event {
		return engine.Event{ID: "start", Kind: engine.Started, Launch: &engine.Launch{
			EnrollmentID: "019ab000-0000-7000-8000-000000000001", PatientID: "019ab000-0000-7000-8000-0000000000aa",
			Facts: []care.FactValue{{Name: "wants_ride", Value: true}}, Zone: "America/New_York", Calendar: care.USFederalCalendar(),
		}}
	})
	// After the deadline, so that a reminder and an escalation have gone out; then a message and a referral follow.
	submit(30*time.Hour, func() engine.Event {
		return engine.Event{ID: "call", Kind: engine.TaskComplete, Actor: care.Actor{Kind: care.Person, ID: "ann"}, TaskID: d.last.Steps[0].Task.ID, Outcome: "reached"}
	})
	env.RegisterDelayedCallback(env.CancelWorkflow, 31*time.Hour)
	env.ExecuteWorkflow(workflows.EnrollmentWorkflow, workflows.Input{Definition: *definition})

	letters := strings.Join(d.letters, "\n")
	for _, part := range []string{"https://care.example/tasks/", "https://care.example/escalations/", "Thank you.", "https://care.example/r/signed"} {
		if !strings.Contains(letters, part) {
			t.Errorf("no letter holds %q", part)
		}
	}
	if got := len(d.letters); got != 4 {
		t.Errorf("%d letters were sent", got)
	}
}

// StartPathway implements workflows.Neighbours.
func (d *desk) StartPathway(context.Context, engine.SubLaunch) (workflows.SubStart, error) {
	return workflows.SubStart{EnrollmentID: "child"}, nil
}

// EndPathway implements workflows.Neighbours.
func (d *desk) EndPathway(context.Context, engine.SubEnd) error { return nil }

// TellParent implements workflows.Neighbours.
func (d *desk) TellParent(context.Context, engine.ParentNews) error { return nil }
