//go:build unix && !linux

package postgres

import (
	"os/exec"
	"strconv"
	"strings"
)

// servesData tells whether the process is a server on this very data directory, by its command line.
// A dead process that nobody has reaped has none.
func servesData(pid int, dataDir string) bool {
	out, err := exec.Command("ps", "-ww", "-o", "args=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), "-D "+dataDir+" ")
}
