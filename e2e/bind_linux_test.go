package e2e

import (
	"os/exec"
	"syscall"
)

// bindToTests lets no server outlive the tests, not even when these are killed.
func bindToTests(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
