//go:build !external

package temporal

import (
	"context"
	"crypto/tls"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	enumspb "go.temporal.io/api/enums/v1"
	"go.temporal.io/api/workflowservice/v1"
	"go.temporal.io/sdk/client"
	"go.temporal.io/sdk/temporal"
	"go.temporal.io/sdk/worker"
	"go.temporal.io/sdk/workflow"
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

func TestMain(m *testing.M) {
	os.Exit(withDatabase(m))
}

func withDatabase(m *testing.M) int {
	dir, err := os.MkdirTemp("", "throughline-test-")
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

// waits for a name and greets it.
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

func TestABrokenLockIsTakenAgainOrEndsTheServer(t *testing.T) {
	ctx := t.Context()
	cfg := freshConfig().withDefaults()
	if err := ensureDatabases(ctx, cfg); err != nil {
		t.Fatal(err)
	}
	ending := newOutcome()
	l, err := acquireLock(ctx, cfg, ending)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.release)
	admin, err := connect(ctx, cfg, cfg.Database)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = admin.Close(context.WithoutCancel(ctx)) })

	const holder = `SELECT coalesce(max(pid), 0) FROM pg_locks WHERE locktype = 'advisory' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`
	holding := func() (pid int) {
		if err := admin.QueryRow(ctx, holder).Scan(&pid); err != nil {
			t.Fatal(err)
		}
		return pid
	}
	before := holding()
	if _, err := admin.Exec(ctx, "SELECT pg_terminate_backend($1)", before); err != nil {
		t.Fatal(err)
	}
	for pid := holding(); pid == 0 || pid == before; pid = holding() {
		if err := pause(ctx, tryEvery); err != nil {
			t.Fatal("the lock is not taken again")
		}
	}

	// A database that is gone for good.
	if _, err := admin.Exec(ctx, "SELECT pg_terminate_backend($1)", holding()); err != nil {
		t.Fatal(err)
	}
	gone := cfg
	gone.Database = "no_such_database"
	if _, err := tryLock(ctx, gone, tryEvery); care.CodeOf(err) != care.Unavailable {
		t.Errorf("locking a database that is gone gives %v", err)
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
	address, config := s.ClientOptions()
	c, err := client.Dial(client.Options{
		HostPort: address, Namespace: DefaultNamespace,
		ConnectionOptions: client.ConnectionOptions{TLS: config},
		Logger:            slog.New(slog.DiscardHandler),
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
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
