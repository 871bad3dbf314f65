//go:build unix

package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"throughline/care"
)

const (
	// longestSocketPath keeps within sun_path of the strictest system (104 bytes on macOS, with its
	// closing zero byte).
	longestSocketPath = 100
	socketFile        = ".s.PGSQL.5432"
	temporaryPrefix   = "throughline-pg-"
)

// layout is where the server's files are.
//
// The root folder belongs to this process's account and holds what this process writes: lock, log and
// settings. When running as root, the server's account owns only data and run, so that it can change
// no file that root later writes to.
type layout struct {
	root   string
	socket string
}

func (l layout) data() string       { return filepath.Join(l.root, "data") }
func (l layout) unfinished() string { return filepath.Join(l.root, "data.unfinished") }
func (l layout) lockFile() string   { return filepath.Join(l.root, "lock") }
func (l layout) logFile() string    { return filepath.Join(l.root, "postgres.log") }
func (l layout) configFile() string { return filepath.Join(l.root, "postgresql.conf") }
func (l layout) hbaFile() string    { return filepath.Join(l.root, "pg_hba.conf") }
func (l layout) identFile() string  { return filepath.Join(l.root, "pg_ident.conf") }
func (l layout) run() string        { return filepath.Join(l.root, "run") }

// prepareLayout makes the root folder and sees to it that the server's account can reach it.
func prepareLayout(cfg Config, candidates []binaries, acct account) (layout, error) {
	if len(candidates) == 0 {
		return layout{}, missing(cfg.BinDir)
	}
	dir, err := filepath.Abs(cfg.Dir)
	if err != nil {
		return layout{}, fmt.Errorf("resolving the data directory: %w", err)
	}
	if err := os.MkdirAll(dir, folderMode(acct)); err != nil {
		return layout{}, fmt.Errorf("making the data directory: %w", err)
	}
	root, err := settleRoot(dir, candidates[0], acct, cfg)
	if err != nil {
		return layout{}, err
	}
	if strings.ContainsAny(root, "'\\\n,") {
		return layout{}, care.Errorf(care.Invalid, "the data directory %s has a quote, a backslash, a comma or a line break in its name, which PostgreSQL's settings cannot hold; choose another name", dir)
	}
	return layout{root: root}, nil
}

// folderMode lets a server that runs under another account pass through, and nothing more.
func folderMode(acct account) fs.FileMode {
	if acct.drop {
		return 0o711
	}
	return 0o700
}

// settleRoot gives the real path of the server's folder. Where a parent (such as /root) is closed to
// the server's account, the folder is made below /var/lib/throughline instead, and Dir/postgres
// becomes a link to it.
func settleRoot(dir string, bin binaries, acct account, cfg Config) (string, error) {
	at := filepath.Join(dir, "postgres")
	info, err := os.Lstat(at)
	isNew := errors.Is(err, fs.ErrNotExist)
	if err != nil && !isNew {
		return "", fmt.Errorf("looking at %s: %w", at, err)
	}
	if isNew {
		return newRoot(dir, at, bin, acct, cfg)
	}
	root, err := filepath.EvalSymlinks(at)
	if err != nil && info.Mode()&fs.ModeSymlink != 0 {
		return "", care.Errorf(care.Unavailable, "%s is a link to the database's folder, and that folder is gone; bring it back from your backup, or remove the link to begin with an empty database", at)
	}
	if err != nil {
		return "", fmt.Errorf("resolving %s: %w", at, err)
	}
	if err := openFolders(dir, root, acct); err != nil {
		return "", err
	}
	if !reachable(root, bin, acct) {
		return "", care.Errorf(care.Unavailable, "the database in %s must run as the account %s (PostgreSQL refuses root), and that account may not enter the folders above it; move the data directory to a place such as /var/lib/throughline, or allow passing with chmod o+x on those folders", root, acct.name)
	}
	return root, nil
}

func newRoot(dir, at string, bin binaries, acct account, cfg Config) (string, error) {
	if err := os.Mkdir(at, folderMode(acct)); err != nil {
		return "", fmt.Errorf("making the database's folder: %w", err)
	}
	if err := openFolders(dir, at, acct); err != nil {
		return "", err
	}
	if reachable(at, bin, acct) {
		root, err := filepath.EvalSymlinks(at)
		if err != nil {
			return "", fmt.Errorf("resolving %s: %w", at, err)
		}
		return root, nil
	}
	sum := sha256.Sum256([]byte(dir))
	root := filepath.Join(cfg.elsewhere, filepath.Base(dir)+"-"+hex.EncodeToString(sum[:4]), "postgres")
	if err := os.MkdirAll(root, folderMode(acct)); err != nil {
		return "", fmt.Errorf("making the database's folder: %w", err)
	}
	if !reachable(root, bin, acct) {
		return "", care.Errorf(care.Unavailable, "the account %s, which PostgreSQL must run as (it refuses root), may enter neither %s nor %s; start throughline as an ordinary user, or choose a data directory that everyone may pass through", acct.name, at, root)
	}
	if err := os.Remove(at); err != nil {
		return "", fmt.Errorf("making room for the link to the database's folder: %w", err)
	}
	if err := os.Symlink(root, at); err != nil {
		return "", fmt.Errorf("linking the database's folder: %w", err)
	}
	cfg.Logger.Warn("the database is kept outside the data directory, because PostgreSQL's account may not enter it; back up both",
		"folder", root, "link", at, "account", acct.name)
	return root, nil
}

// openFolders lets the server's account pass through the two folders that are ours. A home directory
// used as the data root stays as it is.
func openFolders(dir, root string, acct account) error {
	if !acct.drop {
		return nil
	}
	if home, err := os.UserHomeDir(); err == nil && dir == home {
		return nil
	}
	for _, path := range []string{dir, root} {
		info, err := os.Stat(path)
		if err != nil {
			return fmt.Errorf("looking at %s: %w", path, err)
		}
		if info.Mode().Perm()&0o001 != 0 {
			continue
		}
		if err := os.Chmod(path, info.Mode().Perm()|0o011); err != nil {
			return fmt.Errorf("letting PostgreSQL's account pass through %s: %w", path, err)
		}
	}
	return nil
}

// reachable tries it: a harmless program, run as the account, is told to work in the folder. Access
// lists and mount options are so taken into account without knowing about them.
func reachable(folder string, bin binaries, acct account) bool {
	if !acct.drop {
		return true
	}
	cmd := bin.command(acct, bin.postgres, "--version")
	cmd.Dir = folder
	return cmd.Run() == nil
}

// prepareSocketDir makes the directory that guards the socket. A path too long for a socket is
// replaced by a short one of the same mode. What is made is named beside an error too, so that it can
// be removed.
func (l layout) prepareSocketDir(acct account) (string, error) {
	dir := l.run()
	if len(filepath.Join(dir, socketFile)) > longestSocketPath {
		return temporarySocketDir(acct)
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return "", fmt.Errorf("making the socket's directory: %w", err)
	}
	if err := os.Chmod(dir, 0o700); err != nil { //nolint:gosec // a directory has to be entered
		return dir, fmt.Errorf("closing the socket's directory to others: %w", err)
	}
	return dir, acct.own(dir)
}

func temporarySocketDir(acct account) (string, error) {
	parent := os.TempDir()
	if len(filepath.Join(parent, temporaryPrefix+"0123456789", socketFile)) > longestSocketPath {
		parent = "/tmp"
	}
	dir, err := os.MkdirTemp(parent, temporaryPrefix)
	if err != nil {
		return "", fmt.Errorf("making a short directory for the socket: %w", err)
	}
	return dir, acct.own(dir)
}

func (l layout) removeTemporarySocketDir() {
	if isTemporarySocketDir(l.socket) {
		_ = os.RemoveAll(l.socket)
	}
}

func isTemporarySocketDir(path string) bool {
	return strings.HasPrefix(filepath.Base(path), temporaryPrefix)
}
