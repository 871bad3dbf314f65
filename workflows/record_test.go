//go:build record

package workflows_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	historypb "go.temporal.io/api/history/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/interceptor"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"google.golang.org/protobuf/encoding/protojson"

	"throughline/care"
	"throughline/embedded/postgres"
	"throughline/embedded/temporal"
	"throughline/pathways/engine"
	"throughline/workflows"
)

// recorder drives enrollments on a real server and keeps their histories.
type recorder struct {
	*world
	t      *testing.T
	client client.Client
	ours   *workflows.Client
	notes  *told
	id     care.ID
}

var anew = flag.Bool("anew", false, "record again what is recorded already: only before the version is released")

// TestRecordHistories adds to the corpus what it lacks for the present engine version.
func TestRecordHistories(t *testing.T) {
	c := serve(t)
	for name, drive := range map[string]func(*recorder){
		"whole-way": (*recorder).wholeWay,
		"ladder":    (*recorder).ladder,
		"outage":    (*recorder).outage,
		"referral":  (*recorder).referral,
		"renewed":   (*recorder).renewal,

		"stopped":    (*recorder).stopped,
		"neighbours": (*recorder).neighbours,

		"moved":         (*recorder).moved,
		"moved-back":    (*recorder).movedBack,
		"moved-renewed": (*recorder).movedAndRenewed,
		"renamed":       (*recorder).renamed,
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := os.Stat(fixture(name)); err == nil && !*anew {
				t.Skip("recorded already; recordings of released code stay as they are")
			}
			r := &recorder{world: &world{t: t}, t: t, client: c, ours: workflows.NewClient(c, time.Now), notes: newTold()}
			r.id = care.KeyID("recorded", name)
			stop := r.work()
			defer stop()
			drive(r)
			r.keep(name, "")
		})
	}
}

func fixture(name string) string {
	return filepath.Join(corpus, fmt.Sprintf("v%d-%s.json", engine.Version, name))
}

// serve starts a server of the test's own.
func serve(t *testing.T) client.Client {
	t.Helper()
	dir, err := os.MkdirTemp("", "throughline-record-") //nolint:usetesting // one that another account may pass through
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil { // PostgreSQL's account passes through
		t.Fatal(err)
	}
	db, err := postgres.Start(t.Context(), postgres.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Stop(context.Background()) })
	server, err := temporal.Start(t.Context(), temporal.Config{SocketDir: db.SocketDir(), User: db.User()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Stop)
	address, tls := server.ClientOptions()
	c, err := client.Dial(client.Options{
		HostPort: address, Namespace: temporal.DefaultNamespace, ConnectionOptions: client.ConnectionOptions{TLS: tls},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func (r *recorder) work() (stop func()) {
	options := worker.Options{Interceptors: []interceptor.WorkerInterceptor{r.notes}, WorkflowPanicPolicy: worker.FailWorkflow}
	var running []worker.Worker
	for _, queue := range []string{workflows.PathwayQueue, workflows.DeliveryQueue} {
		w := worker.New(r.client, queue, options)
		w.RegisterWorkflowWithOptions(workflows.Enrollment, workflow.RegisterOptions{Name: workflows.EnrollmentWorkflow})
		r.register(w)
		if err := w.Start(); err != nil {
			r.t.Fatal(err)
		}
		running = append(running, w)
	}
	return func() {
		for _, w := range running {
			w.Stop()
		}
	}
}

func (r *recorder) wholeWay() {
	r.enroll()
	r.submit(completed("c-1", r.task("call"), "reached"))
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
	r.refusesMore()
}

// ladder lets a day pass at once, and every rung fires.
func (r *recorder) ladder() {
	r.enroll()
	r.submit(engine.Event{ID: "o-1", Kind: engine.ClockOffset, Actor: care.Actor{Kind: care.System}, Offset: 24 * time.Hour})
	r.await("the ladder", func() bool { return r.sentOf("reminder") == 1 && r.sentOf("escalation") == 1 })
	r.submit(completed("c-1", r.task("call"), "gave_up"))
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
}

// outage has the database away for a while, and a mail server that refuses once.
func (r *recorder) outage() {
	r.commit = failures(4, away)
	r.send = failures(1, care.Errorf(care.Unavailable, "greylisted"))
	r.enroll()
	r.submit(completed("c-1", r.task("call"), "reached"))
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
}

// referral stays open: a run that has not ended is replayed as well.
func (r *recorder) referral() {
	r.found = []engine.Candidate{{ServiceID: care.KeyID("rides"), Name: "Rides"}}
	r.enroll(care.FactValue{Name: "wants_ride", Value: true})
	r.submit(completed("c-1", r.task("call"), "reached"))
	r.await("the referral", func() bool { return r.sentOf("referral") == 1 })
	r.await("its delivery", func() bool { return len(r.kinds()) >= 5 })
}

// renewal makes a history long by padding, while a message cannot be delivered, and records the run
// that hands over as well as the one that goes on.
func (r *recorder) renewal() {
	r.send = failures(1_000_000, care.Errorf(care.Unavailable, "the gateway is away"))
	r.enroll(care.FactValue{Name: "wants_ride", Value: true})
	first := r.run()
	r.submit(completed("c-1", r.task("call"), "reached"))
	for i := range 4 {
		if r.run() != first {
			break
		}
		r.pad(fmt.Sprintf("p-%d", i))
	}
	r.await("the new run", func() bool { return r.run() != first })
	r.keep("renewal", first)
	r.mu.Lock()
	r.send = nil
	r.mu.Unlock()
	r.await("the delivery", func() bool { return r.sentOf("message") == 1 })
	r.submit(engine.Event{ID: "w-1", Kind: engine.EnrollmentWithdraw, Actor: coordinator, Reason: "moved away"})
	r.await("the end", func() bool { return r.last().Status == care.EnrollmentEnded })
}

// padding is far below the server's limit of a payload; a few make a history long.
var padding = strings.Repeat("x", 1_400_000)

func (r *recorder) pad(id string) {
	r.t.Helper()
	ev := struct {
		engine.Event
		Padding string `json:"padding"`
	}{
		Event:   engine.Event{ID: id, Kind: engine.PatientUpdated, Actor: care.Actor{Kind: care.System}, Patient: &engine.PatientFacts{Language: id}},
		Padding: padding,
	}
	handle, err := r.client.UpdateWorkflow(r.t.Context(), client.UpdateWorkflowOptions{
		UpdateID: id, WorkflowID: workflows.WorkflowID(r.id), UpdateName: workflows.SubmitUpdate,
		Args: []any{ev}, WaitForStage: client.WorkflowUpdateStageCompleted,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	if err := handle.Get(r.t.Context(), nil); err != nil {
		r.t.Fatal(err)
	}
}

func (r *recorder) enroll(facts ...care.FactValue) {
	r.t.Helper()
	ev := started(facts...)
	ev.Launch.EnrollmentID = r.id
	for _, again := range []bool{false, true} { // the second finds the first one running
		receipt, err := r.ours.Enroll(r.t.Context(), errand(r.t), ev)
		if err != nil {
			r.t.Fatal(err)
		}
		if receipt.Seq != 1 || (again && receipt.EnrollmentID != r.id) {
			r.t.Fatalf("enrolling gave %+v", receipt)
		}
	}
}

func (r *recorder) submit(ev engine.Event) {
	r.t.Helper()
	if _, err := r.ours.Submit(r.t.Context(), r.id, ev); err != nil {
		r.t.Fatal(err)
	}
}

// refusesMore checks the client's words for what is no more.
func (r *recorder) refusesMore() {
	r.t.Helper()
	r.await("the close", func() bool {
		running, err := r.ours.Running(r.t.Context(), r.id)
		return err == nil && !running
	})
	if _, err := r.ours.Submit(r.t.Context(), r.id, completed("c-9", "x", "reached")); care.CodeOf(err) != care.NotFound {
		r.t.Errorf("a closed enrollment answers an event with %v", err)
	}
	ev := started()
	ev.Launch.EnrollmentID = r.id
	if receipt, err := r.ours.Enroll(r.t.Context(), errand(r.t), ev); err != nil || receipt.Seq != 1 {
		r.t.Errorf("the same start again is answered with %+v, %v", receipt, err)
	}
	ev.ID = "start-2"
	if _, err := r.ours.Enroll(r.t.Context(), errand(r.t), ev); care.CodeOf(err) != care.Conflict {
		r.t.Errorf("a closed enrollment answers another start with %v", err)
	}
	if running, err := r.ours.Running(r.t.Context(), care.KeyID("nobody")); running || err != nil {
		r.t.Errorf("an unknown enrollment runs: %v, %v", running, err)
	}
}

func (r *recorder) run() string {
	r.t.Helper()
	found, err := r.client.DescribeWorkflowExecution(r.t.Context(), workflows.WorkflowID(r.id), "")
	if err != nil {
		r.t.Fatal(err)
	}
	return found.GetWorkflowExecutionInfo().GetExecution().GetRunId()
}

func (r *recorder) await(what string, done func() bool) {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 2*time.Minute)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-ctx.Done():
			r.t.Fatalf("waited for %s in vain", what)
		}
	}
}

// keep writes a run's history and what its activities were told, and checks that replaying it tells
// them the same.
func (r *recorder) keep(name, run string) {
	r.t.Helper()
	if run == "" {
		run = r.run()
	}
	r.await("quiet", func() bool { return r.quiet(run) })
	text, err := protojson.MarshalOptions{Multiline: true, Indent: " "}.Marshal(r.history(run))
	if err != nil {
		r.t.Fatal(err)
	}
	file := fixture(name)
	if err := os.WriteFile(file, text, 0o644); err != nil {
		r.t.Fatal(err)
	}
	lines := r.notes.of(run)
	if diff := cmp.Diff(lines, replay(r.t, file)); diff != "" {
		r.t.Fatalf("replaying %s tells other things (-live +replayed):\n%s", name, diff)
	}
	if err := os.WriteFile(toldFile(file), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		r.t.Fatal(err)
	}
}

// quiet tells whether the run has closed or waits for its next workflow task.
func (r *recorder) quiet(run string) bool {
	events := r.history(run).GetEvents()
	switch last := events[len(events)-1].GetEventType(); last {
	case enumspb.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, enumspb.EVENT_TYPE_WORKFLOW_TASK_STARTED, enumspb.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
		return false
	}
	return true
}

func (r *recorder) history(run string) *historypb.History {
	r.t.Helper()
	iter := r.client.GetWorkflowHistory(r.t.Context(), workflows.WorkflowID(r.id), run, false, enumspb.HISTORY_EVENT_FILTER_TYPE_ALL_EVENT)
	var h historypb.History
	for iter.HasNext() {
		event, err := iter.Next()
		if err != nil {
			r.t.Fatal(errors.Join(errors.New("reading the history"), err))
		}
		for _, p := range event.GetWorkflowExecutionUpdateAcceptedEventAttributes().GetAcceptedRequest().GetInput().GetArgs().GetPayloads() {
			p.Data = padded.ReplaceAll(p.GetData(), nil)
		}
		h.Events = append(h.Events, event)
	}
	return &h
}

var padded = regexp.MustCompile(`,"padding":"x*"`)
