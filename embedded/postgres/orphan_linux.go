package postgres

import (
	"fmt"
	"os"
	"strings"
)

// servesData tells whether the process is a server on this very data directory, by its command line:
// unlike its working directory, that can be read across accounts without CAP_SYS_PTRACE, which root
// lacks in most containers. A dead process that nobody has reaped has none.
func servesData(pid int, dataDir string) bool {
	commandLine, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", pid))
	return err == nil && strings.Contains(string(commandLine), "\x00-D\x00"+dataDir+"\x00")
}
