//go:build unix

package postgres

import (
	"bufio"
	"context"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"throughline/care"
)

// helperDir makes the test binary, run again, serve the directory until it is killed.
const helperDir = "THROUGHLINE_TEST_POSTGRES_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		serveUntilKilled(dir)
	}
	os.Exit(m.Run())
}

func serveUntilKilled(dir string) {
	s, err := Start(context.Background(), Config{Dir: dir})
	if err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	fmt.Println(s.child.pid())
	select {}
}

func TestDataOutlivesARestart(t *testing.T) {
	ctx := t.Context()
	dir := dataDir(t)
	s := start(t, Config{Dir: dir})
	for range 2 {
		if err := s.EnsureDatabase(ctx, "care"); err != nil {
			t.Fatal(err)
		}
	}
	query[string](t, s, "care", "CREATE TABLE kept (word text); INSERT INTO kept VALUES ('here'); SELECT ''")
	stop(t, s)

	s = start(t, Config{Dir: dir})
	if got := query[string](t, s, "care", "SELECT word FROM kept"); got != "here" {
		t.Errorf("after a restart the table holds %q, want %q", got, "here")
	}
}

func TestNothingListensOnTheNetworkAndNothingIsLost(t *testing.T) {
	s := start(t, Config{Dir: dataDir(t), MaxConnections: 33})
	want := map[string]string{
		"listen_addresses": "", "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
		"data_checksums": "on", "server_encoding": "UTF8", "max_connections": "33", "shared_buffers": "128MB",
		"log_min_messages": "log",
	}
	got := map[string]string{}
	for name := range want {
		got[name] = query[string](t, s, "postgres", "SELECT current_setting('"+name+"')")
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("settings (-want +got):\n%s", diff)
	}
	info, err := os.Stat(s.SocketDir())
	if err != nil {
		t.Fatal(err)
	}
	if got := info.Mode().Perm(); got != 0o700 {
		t.Errorf("the socket's directory has mode %o, want 700", got)
	}
}

func TestServerDiesWithItsParentAndTheNextStartRecovers(t *testing.T) {
	dir := dataDir(t)
	helper, pid := startHelper(t, dir)
	data := filepath.Join(resolved(t, dir), "postgres", "data")
	if !servesData(pid, data) {
		t.Fatalf("process %d does not serve %s", pid, data)
	}
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait()

	s := start(t, Config{Dir: dir})
	if servesData(pid, data) {
		t.Errorf("the killed run's server (process %d) is still there", pid)
	}
	if got := query[int](t, s, "postgres", "SELECT 1"); got != 1 {
		t.Errorf("SELECT 1 gives %d", got)
	}
}

func TestServerDiesWithItsParentOnItsOwn(t *testing.T) {
	dir := dataDir(t)
	helper, pid := startHelper(t, dir)
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = helper.Wait()
	gone, err := waitGone(t.Context(), pid, filepath.Join(resolved(t, dir), "postgres", "data"))
	if err != nil || !gone {
		t.Errorf("the server outlives its parent (gone %v, error %v)", gone, err)
	}
}

func TestAnOrphanOnTheDataIsStopped(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Config{Dir: dir})
	acct, bin := s.programs(t)
	stop(t, s)

	cmd := bin.command(acct, bin.postgres, "-D", s.layout.data(),
		"-c", "config_file="+s.layout.configFile(), "-c", "hba_file="+s.layout.hbaFile())
	orphan, err := startChild(cmd)
	if err != nil {
		t.Fatal(err)
	}
	s.child = orphan
	if err := s.waitReady(t.Context()); err != nil {
		t.Fatal(err)
	}

	next := start(t, Config{Dir: dir})
	<-orphan.ended
	if got := query[int](t, next, "postgres", "SELECT 1"); got != 1 {
		t.Errorf("SELECT 1 gives %d", got)
	}
}

func TestAKilledServerIsReportedAndRecovered(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Config{Dir: dir})
	s.child.signal(syscall.SIGKILL)
	err := <-s.Done()
	if care.CodeOf(err) != care.Unavailable {
		t.Errorf("Done gives %v, want an error of code unavailable", err)
	}
	if _, open := <-s.Done(); open {
		t.Error("Done gives a second value")
	}
	stop(t, s)
	start(t, Config{Dir: dir})
}

func TestStopClosesDoneWithoutAnError(t *testing.T) {
	s := start(t, Config{Dir: dataDir(t)})
	stop(t, s)
	if err := <-s.Done(); err != nil {
		t.Errorf("Done gives %v after Stop, want nothing", err)
	}
	if err := s.Stop(t.Context()); err != nil {
		t.Errorf("a second Stop gives %v", err)
	}
}

func TestAPidFileOfAnotherProcessDoesNotHinder(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Config{Dir: dir})
	stop(t, s)
	other := exec.Command("sleep", "600")
	other.SysProcAttr = s.accountOf(t).attributes()
	if err := other.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = other.Process.Kill(); _ = other.Wait() })
	content := fmt.Sprintf("%d\n%s\n1700000000\n5432\n%s\n\n", other.Process.Pid, s.layout.data(), s.SocketDir())
	if err := os.WriteFile(filepath.Join(s.layout.data(), "postmaster.pid"), []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}

	start(t, Config{Dir: dir})
	if err := other.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the unrelated process was ended: %v", err)
	}
}

func TestASecondStartOnTheSameDataIsRefused(t *testing.T) {
	dir := dataDir(t)
	start(t, Config{Dir: dir})
	_, err := Start(t.Context(), Config{Dir: dir})
	if care.CodeOf(err) != care.Conflict {
		t.Fatalf("a second start gives %v, want a conflict", err)
	}
	if want := fmt.Sprintf("in use by another throughline process (process %d)", os.Getpid()); !strings.Contains(err.Error(), want) {
		t.Errorf("the refusal %q does not say %q", err, want)
	}
}

func TestMissingProgramsAreNamedWithTheirPackages(t *testing.T) {
	_, err := Start(t.Context(), Config{Dir: dataDir(t), BinDir: t.TempDir()})
	if care.CodeOf(err) != care.Unavailable {
		t.Fatalf("without programs Start gives %v, want unavailable", err)
	}
	for _, want := range []string{"apt-get install postgresql", "dnf install postgresql-server", "brew install postgresql", "DATABASE_URL"} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("the refusal %q does not say %q", err, want)
		}
	}
}

func TestDataOfAnotherMajorVersionIsRefused(t *testing.T) {
	dir := dataDir(t)
	s := start(t, Config{Dir: dir})
	stop(t, s)
	if err := os.WriteFile(filepath.Join(s.layout.data(), "PG_VERSION"), []byte("12\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Start(t.Context(), Config{Dir: dir})
	if care.CodeOf(err) != care.Unavailable || !strings.Contains(err.Error(), "made by PostgreSQL 12") {
		t.Errorf("data of version 12 gives %v", err)
	}
}

func TestALongPathGetsAShortSocket(t *testing.T) {
	dir := filepath.Join(dataDir(t), strings.Repeat("long", 25))
	s := start(t, Config{Dir: dir})
	if got := len(filepath.Join(s.SocketDir(), socketFile)); got > longestSocketPath {
		t.Errorf("the socket's path has %d bytes", got)
	}
	stop(t, s)
	if _, err := os.Stat(s.SocketDir()); !os.IsNotExist(err) {
		t.Errorf("the temporary directory is left behind: %v", err)
	}
}

func TestAnUnfinishedInitialisationIsDoneAgain(t *testing.T) {
	dir := dataDir(t)
	half := filepath.Join(dir, "postgres", "data.unfinished", "base")
	if err := os.MkdirAll(half, 0o711); err != nil {
		t.Fatal(err)
	}
	start(t, Config{Dir: dir})
}

func TestRootWithAClosedParentKeepsTheDataElsewhere(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root drops to another account")
	}
	closed, elsewhere := dataDir(t), dataDir(t)
	if err := os.Chmod(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	cfg := Config{Dir: filepath.Join(closed, "data"), elsewhere: elsewhere}
	s := start(t, cfg)
	stop(t, s)
	if !strings.HasPrefix(s.layout.root, elsewhere) {
		t.Errorf("the data is in %s, want it below %s", s.layout.root, elsewhere)
	}
	again := start(t, cfg)
	stop(t, again)
	if again.layout.root != s.layout.root {
		t.Errorf("the second start uses %s, the first %s", again.layout.root, s.layout.root)
	}

	if err := os.RemoveAll(s.layout.root); err != nil {
		t.Fatal(err)
	}
	if _, err := Start(t.Context(), cfg); care.CodeOf(err) != care.Unavailable {
		t.Errorf("with its data gone Start gives %v, want unavailable and no empty database", err)
	}
}

func TestDSNCarriesTheSocketWhateverItsPath(t *testing.T) {
	s := &Server{layout: layout{socket: "/a path/with&signs"}}
	parsed, err := url.Parse(s.DSN("care"))
	if err != nil {
		t.Fatal(err)
	}
	if got := parsed.Query().Get("host"); got != s.SocketDir() {
		t.Errorf("host is %q, want %q", got, s.SocketDir())
	}
	config, err := pgx.ParseConfig(s.DSN("care"))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{s.SocketDir(), superuser, "care"}, []string{config.Host, config.User, config.Database}); diff != "" {
		t.Errorf("parsed by pgx (-want +got):\n%s", diff)
	}
}

func TestPidFile(t *testing.T) {
	tests := map[string]struct {
		content string
		pid     int
		socket  string
	}{
		"whole":       {"71\n/d\n170\n5432\n/run/x\n\n  1 2\nready\n", 71, "/run/x"},
		"single user": {"-72\n/d\n", 72, ""},
		"empty":       {"", 0, ""},
		"garbled":     {"x\n", 0, ""},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			pid, socket := parsePidFile(test.content)
			if pid != test.pid || socket != test.socket {
				t.Errorf("got %d and %q, want %d and %q", pid, socket, test.pid, test.socket)
			}
		})
	}
}

// dataDir is a directory that the server's account can reach also when the test runs as root.
func dataDir(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "throughline-test-") //nolint:usetesting // the parent of t.TempDir is closed to other accounts
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o711); err != nil {
		t.Fatal(err)
	}
	return dir
}

func resolved(t *testing.T, path string) string {
	t.Helper()
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return target
}

func start(t *testing.T, cfg Config) *Server {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	s, err := Start(ctx, cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Stop(context.WithoutCancel(ctx)) })
	return s
}

func stop(t *testing.T, s *Server) {
	t.Helper()
	if err := s.Stop(t.Context()); err != nil {
		t.Fatal(err)
	}
}

func startHelper(t *testing.T, dir string) (*exec.Cmd, int) {
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
	t.Cleanup(func() { _ = helper.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(line))
	if err != nil {
		t.Fatalf("the helper says %q", line)
	}
	return helper, pid
}

func query[T any](t *testing.T, s *Server, database, sql string) T {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), s.DSN(database))
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(t.Context())) }()
	var value T
	statements := strings.Split(sql, ";")
	for _, statement := range statements[:len(statements)-1] {
		if _, err := conn.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	if err := conn.QueryRow(t.Context(), statements[len(statements)-1]).Scan(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func (s *Server) accountOf(t *testing.T) account {
	t.Helper()
	acct, err := chooseAccount()
	if err != nil {
		t.Fatal(err)
	}
	return acct
}

func (s *Server) programs(t *testing.T) (account, binaries) {
	t.Helper()
	acct := s.accountOf(t)
	bin, err := chooseBinaries(findBinaries("", acct), s.layout.data())
	if err != nil {
		t.Fatal(err)
	}
	return acct, bin
}
