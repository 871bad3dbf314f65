package postgres

import (
	"fmt"
	"os/exec"
	"syscall"
)

// startBound starts cmd; the kernel sends it SIGINT (PostgreSQL's fast shutdown) when the calling
// thread ends, however it ends.
func startBound(cmd *exec.Cmd) (release func(), err error) {
	cmd.SysProcAttr.Pdeathsig = syscall.SIGINT
	if err := cmd.Start(); err != nil {
		return nil, fmt.Errorf("starting the child: %w", err)
	}
	return func() {}, nil
}
