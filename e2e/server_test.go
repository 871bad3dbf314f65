package e2e

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"throughline/notify/notifytest"
)

// options say how a server is run.
type options struct {
	mail bool     // mail goes to a real SMTP server; else it stays in the local mailbox
	args []string // further flags of serve
}

// server is a program that serves, with what it needs around it.
type server struct {
	client
	options options
	dir     string // its data
	address string // host:port
	mllp    string // host:port for HL7 v2 over MLLP
	mail    *notifytest.Server
	staff   staff

	process *exec.Cmd
	ended   chan struct{} // closed when the process has ended, after exit was set
	exit    error
	said    []string // what it said it was doing while it started, in order
	took    time.Duration
}

// startLimit is for two busy cores; three seconds are usual.
const startLimit = 90 * time.Second

// start runs a server of its own for a test, ready to be asked.
func start(t *testing.T, o options) *server {
	t.Helper()
	s, err := launch(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what the server complained of last:\n%s", s.complaints())
		}
		if err := s.close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

var (
	sharedOnce sync.Once
	theShared  *server
	errShared  error
)

// shared gives a server that several tests use side by side: nothing they do may matter to another.
func shared(t *testing.T) *server {
	t.Helper()
	sharedOnce.Do(func() { theShared, errShared = launch(context.Background(), options{mail: true}) })
	if errShared != nil {
		t.Fatal(errShared)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("what the server complained of last:\n%s", theShared.complaints())
		}
	})
	return theShared
}

func stopShared() {
	if theShared == nil {
		return
	}
	if err := theShared.close(); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// launch makes a data directory and runs a server on it.
func launch(ctx context.Context, o options) (*server, error) {
	dir, err := os.MkdirTemp(workspace, "")
	if err != nil {
		return nil, fmt.Errorf("making a data directory: %w", err)
	}
	s := &server{options: o, dir: dir}
	if s.address, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	if s.mllp, err = freeAddress(ctx); err != nil {
		return nil, err
	}
	if o.mail {
		if s.mail, err = notifytest.Start(notifytest.Options{}); err != nil { //nolint:contextcheck // it lives until it is closed
			return nil, fmt.Errorf("starting a mail server: %w", err)
		}
	}
	if err := s.run(ctx); err != nil {
		return nil, errors.Join(err, s.close())
	}
	if o.mail {
		err = s.giveRolesAddresses(ctx)
	}
	if err != nil {
		return nil, errors.Join(err, s.close())
	}
	return s, nil
}

// freeAddress finds a port below those that the system gives to outgoing connections: one of these
// could take it while the server is down.
func freeAddress(ctx context.Context) (string, error) {
	for range 100 {
		address := fmt.Sprintf("127.0.0.1:%d", 16000+rand.IntN(12000))
		listener, err := new(net.ListenConfig).Listen(ctx, "tcp", address)
		if err == nil {
			return address, listener.Close()
		}
	}
	return "", errors.New("found no free port")
}

func (s *server) logFile() string { return filepath.Join(s.dir, "serve.log") }

// command prepares the program with a clean environment.
func command(ctx context.Context, args ...string) (*exec.Cmd, error) {
	path, err := binary()
	if err != nil {
		return nil, err
	}
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Dir = root
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool {
		return strings.HasPrefix(v, "THROUGHLINE_") || strings.HasPrefix(v, "TEMPORAL_") || strings.HasPrefix(v, "DATABASE_URL")
	})
	return cmd, nil
}

// begin starts the process and does not wait until it is ready.
func (s *server) begin() error {
	args := append([]string{"serve", "--data", s.dir, "--listen", s.address, "--mllp", s.mllp}, s.options.args...)
	if s.mail != nil {
		args = append(args, "--smtp", s.mail.URL())
	}
	// It lives until it is stopped or killed, not as long as a test's context.
	cmd, err := command(context.Background(), args...)
	if err != nil {
		return err
	}
	log, err := os.OpenFile(s.logFile(), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return fmt.Errorf("opening the server's log: %w", err)
	}
	defer log.Close()
	cmd.Stdout, cmd.Stderr = log, log
	bindToTests(cmd)
	if err := cmd.Start(); err != nil {
		return fmt.Errorf("starting the server: %w", err)
	}
	ended := make(chan struct{})
	s.process, s.ended, s.said = cmd, ended, nil
	go func() {
		s.exit = cmd.Wait()
		close(ended)
	}()
	return nil
}

// run starts the process and waits until it is ready.
func (s *server) run(ctx context.Context) error {
	began := time.Now()
	if err := s.begin(); err != nil { //nolint:contextcheck // it outlives the test that starts it
		return err
	}
	if err := s.awaitReady(ctx); err != nil {
		return err
	}
	s.took = time.Since(began)
	token, err := os.ReadFile(filepath.Join(s.dir, "admin-token"))
	if err != nil {
		return fmt.Errorf("reading the administrator's token: %w", err)
	}
	s.client = newClient("http://"+s.address, strings.TrimSpace(string(token)))
	return nil
}

func (s *server) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	ticker := time.NewTicker(10 * time.Millisecond)
	defer ticker.Stop()
	for {
		status, doing := s.readiness(ctx)
		if status == http.StatusOK {
			return nil
		}
		if doing != "" && !slices.Contains(s.said, doing) {
			s.said = append(s.said, doing)
		}
		select {
		case <-s.ended:
			return fmt.Errorf("the server ended before it was ready: %w\n%s", s.exit, s.log(30))
		case <-ctx.Done():
			return fmt.Errorf("the server did not become ready; it said %q\n%s", s.said, s.log(30))
		case <-ticker.C:
		}
	}
}

// readiness asks once. A status of 0 means that nothing answered.
func (s *server) readiness(ctx context.Context) (status int, doing string) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+s.address+"/readyz", http.NoBody)
	if err != nil {
		return 0, ""
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	var problem struct{ Detail string }
	if resp.StatusCode != http.StatusOK {
		_ = json.NewDecoder(resp.Body).Decode(&problem)
	}
	_, _ = io.Copy(io.Discard, resp.Body)
	return resp.StatusCode, problem.Detail
}

// kill9 ends the process as a power cut does.
func (s *server) kill9() error {
	if err := s.process.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("killing the server: %w", err)
	}
	<-s.ended
	return nil
}

// stop ends the process in good order.
func (s *server) stop() error {
	if err := s.process.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return fmt.Errorf("asking the server to stop: %w", err)
	}
	select {
	case <-s.ended:
	case <-time.After(30 * time.Second):
		_ = s.kill9()
		return fmt.Errorf("the server did not stop when asked\n%s", s.log(20))
	}
	if s.exit != nil {
		return fmt.Errorf("the server ended badly: %w\n%s", s.exit, s.log(20))
	}
	return nil
}

// restart stops the server in good order and runs it again on the same data.
func (s *server) restart(t *testing.T) {
	t.Helper()
	if err := s.stop(); err != nil {
		t.Fatal(err)
	}
	if err := s.run(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// close ends everything and removes the data.
func (s *server) close() error {
	var err error
	if s.process != nil {
		select {
		case <-s.ended: // a test ended it, or it failed to start
		default:
			err = s.stop()
		}
	}
	if s.mail != nil {
		err = errors.Join(err, s.mail.Close())
	}
	return errors.Join(err, os.RemoveAll(s.dir))
}

// log gives the last lines of what the server logged.
func (s *server) log(lines int) string {
	raw, err := os.ReadFile(s.logFile())
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(raw)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// complaints gives the last warnings and errors that the server logged.
func (s *server) complaints() string {
	all := slices.DeleteFunc(strings.Split(s.log(100_000), "\n"), func(line string) bool { return strings.Contains(line, "level=INFO") })
	return strings.Join(all[max(0, len(all)-20):], "\n")
}

// giveRolesAddresses lets staff be written to. A new installation that sends real mail knows no
// addresses.
func (s *server) giveRolesAddresses(ctx context.Context) error {
	for _, role := range []string{"care_coordinator", "nurse", "supervisor", "medical_director", "community_health_worker"} {
		a, err := s.send(ctx, http.MethodPut, "/roles/"+role, map[string]string{"email": role + "@clinic.example"})
		if err != nil {
			return err
		}
		if a.status != http.StatusOK {
			return fmt.Errorf("giving %s an address: %s", role, a)
		}
	}
	return nil
}
