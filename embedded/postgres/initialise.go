//go:build unix

package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"strings"
	"syscall"

	"throughline/care"
)

// initialise makes the data directory on first use. It is made under another name and renamed when
// complete, so that a start that was killed half-way leaves nothing that looks like data.
func initialise(ctx context.Context, l layout, bin binaries, acct account, logger *slog.Logger) error {
	_, err := os.Stat(l.data())
	if err == nil {
		return acct.own(l.data())
	}
	if !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("looking at the data: %w", err)
	}
	logger.Info("creating the private PostgreSQL's data", "version", bin.version, "folder", l.data())
	if err := os.RemoveAll(l.unfinished()); err != nil {
		return fmt.Errorf("removing an unfinished initialisation: %w", err)
	}
	if err := os.Mkdir(l.unfinished(), 0o700); err != nil {
		return fmt.Errorf("making the data directory: %w", err)
	}
	if err := acct.own(l.unfinished()); err != nil {
		return err
	}
	if err := runInitdb(ctx, l, bin, acct); err != nil {
		return err
	}
	if err := os.Rename(l.unfinished(), l.data()); err != nil {
		return fmt.Errorf("putting the new data in place: %w", err)
	}
	return nil
}

func runInitdb(ctx context.Context, l layout, bin binaries, acct account) error {
	cmd := bin.command(acct, bin.initdb,
		"--pgdata", l.unfinished(),
		"--username", superuser,
		"--encoding", "UTF8", "--locale", "C",
		"--auth-local", "trust", "--auth-host", "reject",
		"--data-checksums")
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	running, err := startChild(cmd)
	if err != nil {
		return fmt.Errorf("starting initdb: %w", err)
	}
	select {
	case <-running.ended:
	case <-ctx.Done():
		running.end(syscall.SIGTERM, quitGrace)
		return fmt.Errorf("creating the data: %w", ctx.Err())
	}
	if running.err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return care.Errorf(care.Unavailable, "PostgreSQL could not create its data in %s: %w; it said: %s",
			l.root, running.err, strings.Join(lines[max(0, len(lines)-4):], " | "))
	}
	return nil
}
