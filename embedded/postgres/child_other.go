//go:build unix && !linux

package postgres

import (
	"fmt"
	"os/exec"
	"strconv"
	"syscall"
)

// startBound starts cmd together with a small shell that waits for the end of its input. The input is
// a pipe whose other end only this process holds, so that it closes however this process ends; the
// shell then asks the child for a fast shutdown.
func startBound(cmd *exec.Cmd) (release func(), err error) {
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	watcher := exec.Command("/bin/sh", "-c", `cat >/dev/null; kill -INT "$1"`, "sh", strconv.Itoa(cmd.Process.Pid))
	watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	input, err := watcher.StdinPipe()
	if err == nil {
		err = watcher.Start()
	}
	if err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return nil, fmt.Errorf("starting the watcher of the child: %w", err)
	}
	return func() {
		_ = watcher.Process.Kill()
		_ = input.Close()
		_ = watcher.Wait()
	}, nil
}
