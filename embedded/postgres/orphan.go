//go:build unix

package postgres

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"throughline/care"
)

// orphanGrace is how long an orphan may take for each step of its shutdown.
const orphanGrace = 10 * time.Second

// recoverOrphan deals with what a crashed run left: a server that is still shutting down is waited
// for, one that is not is stopped, and a pid file that points to nobody's server is removed. The
// caller holds the lock, so the server belongs to no living process.
func recoverOrphan(ctx context.Context, l layout, logger *slog.Logger) error {
	path := filepath.Join(l.data(), "postmaster.pid")
	content, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("reading the pid file of an earlier run: %w", err)
	}
	pid, socketDir := parsePidFile(string(content))
	if pid > 0 && servesData(pid, l.data()) {
		logger.Warn("an earlier run left its PostgreSQL behind; stopping it", "pid", pid)
		if err := stopOrphan(ctx, pid, l.data()); err != nil {
			return err
		}
	}
	if isTemporarySocketDir(socketDir) {
		_ = os.RemoveAll(socketDir)
	}
	// The number may by now belong to another process, for which PostgreSQL would refuse to start.
	// Servers that still hold the shared memory are found without this file, by the data's inode.
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("removing the pid file of an earlier run: %w", err)
	}
	return nil
}

// parsePidFile reads the server's process id and socket directory: lines 1 and 5 of postmaster.pid
// (src/include/utils/pidfile.h). A single-user server writes its id as a negative number.
func parsePidFile(content string) (pid int, socketDir string) {
	lines := strings.Split(content, "\n")
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil {
		return 0, ""
	}
	if len(lines) > 4 {
		socketDir = strings.TrimSpace(lines[4])
	}
	return max(pid, -pid), socketDir
}

// stopOrphan asks more and more firmly: fast shutdown, immediate shutdown, kill.
func stopOrphan(ctx context.Context, pid int, dataDir string) error {
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGQUIT, syscall.SIGKILL} {
		err := syscall.Kill(pid, sig)
		if errors.Is(err, syscall.EPERM) {
			return care.Errorf(care.Conflict, "a PostgreSQL (process %d) of another account is running on %s; stop it, or start throughline as the account that owns it", pid, dataDir)
		}
		gone, err := waitGone(ctx, pid, dataDir)
		if gone || err != nil {
			return err
		}
	}
	return care.Errorf(care.Conflict, "a PostgreSQL (process %d) that an earlier run left on %s does not end; stop it by hand", pid, dataDir)
}

func waitGone(ctx context.Context, pid int, dataDir string) (bool, error) {
	deadline, cancel := context.WithTimeout(ctx, orphanGrace)
	defer cancel()
	for servesData(pid, dataDir) {
		if pause(deadline, pollEvery) == nil {
			continue
		}
		if err := ctx.Err(); err != nil {
			return false, fmt.Errorf("waiting for an earlier run's PostgreSQL to end: %w", err)
		}
		return false, nil
	}
	return true, nil
}
