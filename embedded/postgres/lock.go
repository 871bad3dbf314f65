//go:build unix

package postgres

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"

	"throughline/care"
)

// acquireLock takes the data directory for this process. The kernel lets go of the lock when the
// process ends, however it ends; the server process does not inherit it. So whoever holds the lock and
// still finds a PostgreSQL on the data knows it to be an orphan.
func acquireLock(path string) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, fmt.Errorf("opening the lock of the data directory: %w", err)
	}
	err = syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		defer file.Close()
		return nil, care.Errorf(care.Conflict,
			"the data in %s is in use by another throughline process%s; stop that one first, or choose another data directory",
			filepath.Dir(path), holder(file))
	}
	if err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("locking the data directory: %w", err)
	}
	if err := recordHolder(file); err != nil {
		_ = file.Close()
		return nil, fmt.Errorf("writing the lock of the data directory: %w", err)
	}
	return file, nil
}

func recordHolder(file *os.File) error {
	if err := file.Truncate(0); err != nil {
		return fmt.Errorf("emptying it: %w", err)
	}
	if _, err := file.WriteAt([]byte(strconv.Itoa(os.Getpid())+"\n"), 0); err != nil {
		return fmt.Errorf("naming this process in it: %w", err)
	}
	return nil
}

// holder names the process that has the lock, as far as the file tells.
func holder(file *os.File) string {
	content, err := io.ReadAll(io.LimitReader(file, 32))
	if err != nil {
		return ""
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return ""
	}
	return fmt.Sprintf(" (process %d)", pid)
}
