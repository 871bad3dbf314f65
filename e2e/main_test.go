package e2e

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// workspace holds the binary and every server's data; it is removed at the end.
var workspace string

func TestMain(m *testing.M) { os.Exit(run(m)) }

// atOnce is how many tests run side by side: they mostly wait for their servers.
const atOnce = "3"

func run(m *testing.M) int {
	flag.Parse()
	if err := flag.Set("test.parallel", cmp.Or(os.Getenv("E2E_PARALLEL"), atOnce)); err != nil {
		fmt.Fprintln(os.Stderr, "setting how many tests run side by side:", err)
		return 1
	}
	var err error
	if workspace, err = os.MkdirTemp("", "throughline-e2e-"); err != nil {
		fmt.Fprintln(os.Stderr, "making a directory for the tests:", err)
		return 1
	}
	defer os.RemoveAll(workspace)
	// Under root PostgreSQL runs as an account of its own, which has to pass through.
	if err := os.Chmod(workspace, 0o711); err != nil {
		fmt.Fprintln(os.Stderr, "opening the tests' directory:", err)
		return 1
	}
	defer stopShared()
	return m.Run()
}

// buildLimit is for a cold cache: a Temporal server is compiled.
const buildLimit = 15 * time.Minute

// binary gives the program: the one that THROUGHLINE_BINARY names, else one built as `make build`
// builds it.
var binary = sync.OnceValues(func() (string, error) {
	if set := os.Getenv("THROUGHLINE_BINARY"); set != "" {
		return filepath.Abs(set)
	}
	if err := dependOnSources(); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), buildLimit)
	defer cancel()
	path := filepath.Join(workspace, "throughline")
	build := exec.CommandContext(ctx, "go", "build", "-ldflags", "-X main.version=e2e", "-o", path, "./cmd/throughline")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return "", fmt.Errorf("building the program: %w\n%s", err, out)
	}
	return path, nil
})

// dependOnSources reads what the program is made of. The go command keeps the result of a test as long
// as nothing changes that the test read; that it runs the program it cannot know.
func dependOnSources() error {
	err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if name := entry.Name(); entry.IsDir() && path != root && (strings.HasPrefix(name, ".") || name == "bin" || name == "node_modules" || name == "testdata") {
			return filepath.SkipDir
		}
		if entry.IsDir() || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		_, err = os.ReadFile(path)
		return err
	})
	if err != nil {
		return fmt.Errorf("reading the program's sources: %w", err)
	}
	return nil
}

// root is the project's folder, data what nobody on the project wrote.
const (
	root = ".."
	data = "../../shared/data"
)

// corpus gives the path of a folder of the real inputs, and skips the test where they are absent.
func corpus(t *testing.T, folder string) string {
	t.Helper()
	path := filepath.Join(data, folder)
	if _, err := os.Stat(path); err != nil {
		t.Skipf("the real inputs are not here: %v", err)
	}
	return path
}

// patience bounds every wait of these tests; a healthy machine needs a small part of it.
const patience = 60 * time.Second

// await waits until the condition holds. It reports what it waited for, and why the condition does
// not hold.
func await(t *testing.T, what string, condition func() (holds bool, why string)) {
	t.Helper()
	awaitFor(t, patience, what, condition)
}

func awaitFor(t *testing.T, limit time.Duration, what string, condition func() (holds bool, why string)) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), limit)
	defer cancel()
	ticker := time.NewTicker(25 * time.Millisecond)
	defer ticker.Stop()
	for {
		holds, why := condition()
		if holds {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("waited in vain until %s: %s", what, why)
		case <-ticker.C:
		}
	}
}
