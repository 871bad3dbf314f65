//go:build !external

package temporal

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
	"go.temporal.io/server/common/log/tag"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/credentials/insecure"
	"google.golang.org/grpc/health/grpc_health_v1"

	"throughline/care"
	"throughline/embedded/postgres"
)

const (
	queue = "greetings"
	kind  = "CareKind"
)

var (
	database  *postgres.Server
	databases atomic.Int32
)

// helperDir makes the test binary, run again, be an embedded installation until it is killed.
const helperDir = "THROUGHLINE_TEST_TEMPORAL_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		if err := serveUntilKilled(dir); err != nil {
			fmt.Println(err)
			os.Exit(1)
		}
	}
	os.Exit(withDatabase(m))
}

// serveUntilKilled starts everything and one workflow, says so, and waits for its end.
func serveUntilKilled(dir string) error {
	ctx := context.Background()
	db, err := postgres.Start(ctx, postgres.Config{Dir: dir})
	if err != nil {
		return err
	}
	s, err := Start(ctx, Config{SocketDir: db.SocketDir(), User: db.User()})
	if err != nil {
		return err
	}
	c, err := client.Dial(clientOptions(s))
	if err != nil {
		return err
	}
	if _, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{ID: "one", TaskQueue: queue}, "greeting"); err != nil {
		return err
	}
	fmt.Println(helperReady)
	select {}
}

const helperReady = "ready"

func withDatabase(m *testing.M) int {
	dir, err := openTempDir()
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer os.RemoveAll(dir)
	ctx := context.Background()
	database, err = postgres.Start(ctx, postgres.Config{Dir: dir})
	if err != nil {
		fmt.Println(err)
		return 1
	}
	defer func() { _ = database.Stop(ctx) }()
	return m.Run()
}

// openTempDir makes a directory that PostgreSQL's account may pass through when root runs the tests.
func openTempDir() (string, error) {
	dir, err := os.MkdirTemp("", "throughline-test-")
	if err != nil {
		return "", err
	}
	return dir, os.Chmod(dir, 0o711)
}

// greeting waits for a name and greets it.
func greeting(ctx workflow.Context) (string, error) {
	var name string
	workflow.GetSignalChannel(ctx, "name").Receive(ctx, &name)
	return "hello " + name, nil
}

func TestAWorkflowOutlivesARestart(t *testing.T) {
	ctx := t.Context()
	cfg := freshConfig()
	cfg.SearchAttributes = map[string]enumspb.IndexedValueType{kind: enumspb.INDEXED_VALUE_TYPE_KEYWORD}

	first := start(t, cfg)
	c := dial(t, first)
	stopWorker := work(t, c)
	_, err := c.ExecuteWorkflow(ctx, client.StartWorkflowOptions{
		ID: "one", TaskQueue: queue,
		TypedSearchAttributes: temporal.NewSearchAttributes(temporal.NewSearchAttributeKeyKeyword(kind).ValueSet("open")),
	}, greeting)
	if err != nil {
		t.Fatal(err)
	}
	waitListed(t, c, kind+` = "open"`)
	// A query is answered after the first workflow task; a task lost to the worker's stop would be
	// given out again only when it times out.
	if _, err := c.QueryWorkflow(ctx, "one", "", client.QueryTypeStackTrace); err != nil {
		t.Fatal(err)
	}
	stopWorker()
	c.Close()
	first.Stop()
	if err := <-first.Done(); err != nil {
		t.Errorf("Done gives %v after Stop", err)
	}

	again := start(t, cfg)
	c = dial(t, again)
	work(t, c)
	if err := c.SignalWorkflow(ctx, "one", "", "name", "world"); err != nil {
		t.Fatal(err)
	}
	var said string
	if err := c.GetWorkflow(ctx, "one", "").Get(ctx, &said); err != nil {
		t.Fatal(err)
	}
	if said != "hello world" {
		t.Errorf("the workflow says %q", said)
	}
}

func TestAWorkflowOutlivesAKilledProcess(t *testing.T) {
	ctx := t.Context()
	dir, err := openTempDir()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	killHelper(t, dir)

	db, err := postgres.Start(ctx, postgres.Config{Dir: dir})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Stop(context.WithoutCancel(ctx)) })
	c := dial(t, start(t, Config{SocketDir: db.SocketDir(), User: db.User()}))
	work(t, c)
	if err := c.SignalWorkflow(ctx, "one", "", "name", "again"); err != nil {
		t.Fatal(err)
	}
	var said string
	if err := c.GetWorkflow(ctx, "one", "").Get(ctx, &said); err != nil {
		t.Fatal(err)
	}
	if said != "hello again" {
		t.Errorf("the workflow says %q", said)
	}
}

// killHelper runs an installation in a process of its own and kills it once its workflow is started.
func killHelper(t *testing.T, dir string) {
	t.Helper()
	helper := exec.Command(os.Args[0])
	helper.Env = append(os.Environ(), helperDir+"="+dir)
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	_ = helper.Process.Kill()
	_ = helper.Wait()
	if err != nil || strings.TrimSpace(line) != helperReady {
		t.Fatalf("the helper says %q (%v)", line, err)
	}
}

func TestTheNamespaceFollowsTheConfiguration(t *testing.T) {
	cfg := freshConfig()
	cfg.SearchAttributes = map[string]enumspb.IndexedValueType{kind: enumspb.INDEXED_VALUE_TYPE_KEYWORD}
	start(t, cfg).Stop()

	cfg.Retention = 3 * 24 * time.Hour
	cfg.SearchAttributes["CareDue"] = enumspb.INDEXED_VALUE_TYPE_DATETIME
	c := dial(t, start(t, cfg))
	namespace, err := c.WorkflowService().DescribeNamespace(t.Context(), &workflowservice.DescribeNamespaceRequest{Namespace: DefaultNamespace})
	if err != nil {
		t.Fatal(err)
	}
	if got := namespace.GetConfig().GetWorkflowExecutionRetentionTtl().AsDuration(); got != cfg.Retention {
		t.Errorf("retention is %v, want %v", got, cfg.Retention)
	}
	want := map[string]string{"Keyword01": kind, "Datetime01": "CareDue"}
	if diff := cmp.Diff(want, namespace.GetConfig().GetCustomSearchAttributeAliases()); diff != "" {
		t.Errorf("search attributes (-want +got):\n%s", diff)
	}
}

func TestEveryPortAsksForACertificateOfThisProcess(t *testing.T) {
	s := start(t, freshConfig())
	stranger, err := newCertificates()
	if err != nil {
		t.Fatal(err)
	}
	_, ours := s.ClientOptions()
	withoutCertificate := ours.Clone()
	withoutCertificate.Certificates = nil
	strangers := ours.Clone()
	strangers.Certificates = stranger.client.Certificates

	if err := ask(t, s.address, credentials.NewTLS(ours)); err != nil {
		t.Fatalf("with our certificate: %v", err)
	}
	refused := map[string]credentials.TransportCredentials{
		"plaintext":                  insecure.NewCredentials(),
		"no certificate":             credentials.NewTLS(withoutCertificate),
		"stranger's certificate":     credentials.NewTLS(strangers),
		"any server, no certificate": credentials.NewTLS(&tls.Config{InsecureSkipVerify: true}),
	}
	for port := range ownPorts(t) {
		for name, creds := range refused {
			t.Run(fmt.Sprintf("%s on %d", name, port), func(t *testing.T) {
				if err := ask(t, fmt.Sprintf("%s:%d", loopback, port), creds); err == nil {
					t.Error("the port answers")
				}
			})
		}
	}
}

func TestASecondServerOnTheDatabaseIsRefused(t *testing.T) {
	cfg := freshConfig()
	s := start(t, cfg)
	_, err := Start(t.Context(), cfg)
	if care.CodeOf(err) != care.Conflict || !strings.Contains(err.Error(), "another throughline") {
		t.Fatalf("a second server gives %v, want a conflict in words", err)
	}
	s.Stop()
	start(t, cfg)
}

func TestABrokenLockIsTakenAgain(t *testing.T) {
	l, admin, ending := lockedDatabase(t)
	before := lockHolder(t, admin)
	terminate(t, admin, before)
	for pid := lockHolder(t, admin); pid == 0 || pid == before; pid = lockHolder(t, admin) {
		if err := pause(t.Context(), tryEvery); err != nil {
			t.Fatal("the lock is not taken again")
		}
	}
	l.release()
	select {
	case err := <-ending.done:
		t.Errorf("the server was ended: %v", err)
	default:
	}
}

func TestALockThatAnotherServerTookEndsThisOne(t *testing.T) {
	_, admin, ending := lockedDatabase(t)
	other, err := pgx.Connect(t.Context(), admin.Config().ConnString())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Close(context.WithoutCancel(t.Context())) })
	taken := make(chan error, 1)
	go func() {
		// Queues behind the holder, and so gets the lock the moment that it is free.
		_, err := other.Exec(t.Context(), "SELECT pg_advisory_lock($1)", int64(lockKey))
		taken <- err
	}()
	holder := lockHolder(t, admin)
	for !lockAwaited(t, admin) {
		if err := pause(t.Context(), tryEvery); err != nil {
			t.Fatal("nobody waits for the lock")
		}
	}
	terminate(t, admin, holder)
	if err := <-taken; err != nil {
		t.Fatal(err)
	}
	if err := <-ending.done; care.CodeOf(err) != care.Conflict {
		t.Errorf("Done gives %v, want a conflict", err)
	}
}

// lockedDatabase is a database with the lock taken, and a connection to look at it.
func lockedDatabase(t *testing.T) (*lock, *pgx.Conn, *outcome) {
	t.Helper()
	ctx := t.Context()
	cfg := freshConfig().withDefaults()
	if err := ensureDatabases(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	ending := newOutcome()
	l, err := acquireLock(ctx, cfg, time.Second, ending)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.release)
	admin, err := connect(ctx, cfg, cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.WithoutCancel(ctx)) })
	return l, admin, ending
}

const advisoryLocks = ` FROM pg_locks WHERE locktype = 'advisory'
	AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// lockHolder is the process that has the lock, 0 when nobody has it.
func lockHolder(t *testing.T, admin *pgx.Conn) (pid int) {
	t.Helper()
	err := admin.QueryRow(t.Context(), "SELECT coalesce(max(pid), 0)"+advisoryLocks+" AND granted").Scan(&pid)
	if err != nil {
		t.Fatal(err)
	}
	return pid
}

func lockAwaited(t *testing.T, admin *pgx.Conn) (awaited bool) {
	t.Helper()
	err := admin.QueryRow(t.Context(), "SELECT EXISTS (SELECT 1"+advisoryLocks+" AND NOT granted)").Scan(&awaited)
	if err != nil {
		t.Fatal(err)
	}
	return awaited
}

func terminate(t *testing.T, admin *pgx.Conn, pid int) {
	t.Helper()
	if _, err := admin.Exec(t.Context(), "SELECT pg_terminate_backend($1)", pid); err != nil {
		t.Fatal(err)
	}
}

func TestFatalEndsTheServerThroughDone(t *testing.T) {
	var written strings.Builder
	ending := newOutcome()
	l := newLogger(slog.New(slog.NewTextHandler(&written, nil)), ending)
	go l.With().Fatal("cannot go on")
	err := <-ending.done
	if care.CodeOf(err) != care.Internal || !strings.Contains(err.Error(), "cannot go on") {
		t.Errorf("Done gives %v", err)
	}
	ending.finish()
	if !strings.Contains(written.String(), "level=ERROR") {
		t.Errorf("the log has %q", written.String())
	}
}

func TestOnlyWhatMattersIsLogged(t *testing.T) {
	var written strings.Builder
	l := newLogger(slog.New(slog.NewTextHandler(&written, nil)), newOutcome())
	l.Info("working")
	l.Warn(noHTTP + " Nexus …")
	l.Error("poll ended", tag.Error(context.Canceled))
	l.Error("no tasks", tag.Error(errors.New(shardBeingTaken)))
	l.With(tag.WorkflowNamespace("care")).Warn("slow")
	l.hush()
	l.Error("cut short")
	got := written.String()
	if strings.Count(got, "\n") != 1 || !strings.Contains(got, "msg=slow part=temporal wf_namespace=care") {
		t.Errorf("the log has:\n%s", got)
	}
}

func TestOnlyOneAddressOfTheDatabase(t *testing.T) {
	for name, cfg := range map[string]Config{"none": {}, "both": {SocketDir: "/x", Host: "y"}} {
		if _, err := Start(t.Context(), cfg); care.CodeOf(err) != care.Invalid {
			t.Errorf("%s: Start gives %v, want invalid", name, err)
		}
	}
}

func TestAssignFields(t *testing.T) {
	keyword, number := enumspb.INDEXED_VALUE_TYPE_KEYWORD, enumspb.INDEXED_VALUE_TYPE_INT
	tests := map[string]struct {
		assigned map[string]string
		wanted   map[string]enumspb.IndexedValueType
		want     map[string]string
		code     care.Code
	}{
		"new ones in order": {
			wanted: map[string]enumspb.IndexedValueType{"B": keyword, "A": keyword, "N": number},
			want:   map[string]string{"Keyword01": "A", "Keyword02": "B", "Int01": "N"},
		},
		"beside what is there": {
			assigned: map[string]string{"Keyword01": "B"},
			wanted:   map[string]enumspb.IndexedValueType{"A": keyword},
			want:     map[string]string{"Keyword01": "B", "Keyword02": "A"},
		},
		"no other type": {
			assigned: map[string]string{"Keyword01": "A"},
			wanted:   map[string]enumspb.IndexedValueType{"A": number},
			code:     care.Invalid,
		},
		"no more than there are columns": {
			wanted: map[string]enumspb.IndexedValueType{"A": number, "B": number, "C": number, "D": number},
			code:   care.Invalid,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			got, err := assignFields(test.assigned, test.wanted)
			if care.CodeOf(err) != test.code {
				t.Fatalf("error %v, want code %q", err, test.code)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func freshConfig() Config {
	number := databases.Add(1)
	return Config{
		SocketDir:          database.SocketDir(),
		User:               database.User(),
		Database:           fmt.Sprintf("temporal_%d", number),
		VisibilityDatabase: fmt.Sprintf("temporal_visibility_%d", number),
	}
}

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	cfg.Logger = slog.New(slog.NewTextHandler(t.Output(), nil))
	began := time.Now()
	s, err := Start(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("started in %v", time.Since(began).Round(time.Millisecond))
	t.Cleanup(s.Stop)
	return s
}

func dial(t *testing.T, s *Server) client.Client {
	t.Helper()
	c, err := client.Dial(clientOptions(s))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func clientOptions(s *Server) client.Options {
	address, config := s.ClientOptions()
	return client.Options{
		HostPort: address, Namespace: DefaultNamespace,
		ConnectionOptions: client.ConnectionOptions{TLS: config},
		Logger:            slog.New(slog.DiscardHandler),
	}
}

func work(t *testing.T, c client.Client) (stop func()) {
	t.Helper()
	w := worker.New(c, queue, worker.Options{})
	w.RegisterWorkflow(greeting)
	if err := w.Start(); err != nil {
		t.Fatal(err)
	}
	var stopped atomic.Bool
	stop = func() {
		if stopped.CompareAndSwap(false, true) {
			w.Stop()
		}
	}
	t.Cleanup(stop)
	return stop
}

// waitListed returns once visibility, which follows the workflow, finds it by its search attribute.
func waitListed(t *testing.T, c client.Client, query string) {
	t.Helper()
	for {
		list, err := c.ListWorkflow(t.Context(), &workflowservice.ListWorkflowExecutionsRequest{Query: query})
		if err != nil {
			t.Fatal(err)
		}
		if len(list.GetExecutions()) == 1 {
			return
		}
		if err := pause(t.Context(), tryEvery); err != nil {
			t.Fatalf("no workflow for %s", query)
		}
	}
}

func ask(t *testing.T, address string, creds credentials.TransportCredentials) error {
	t.Helper()
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(creds))
	if err != nil {
		return err
	}
	defer conn.Close()
	_, err = grpc_health_v1.NewHealthClient(conn).Check(t.Context(), &grpc_health_v1.HealthCheckRequest{Service: frontendHealth})
	return err
}
