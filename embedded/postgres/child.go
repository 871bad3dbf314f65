//go:build unix

package postgres

import (
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// child is a direct child process that does not outlive this process.
type child struct {
	cmd   *exec.Cmd
	err   error         // how it ended; read it after ended is closed
	ended chan struct{} // closed when it has ended and was reaped
}

// startChild starts cmd so that it dies with this process.
//
// Linux sends the parent-death signal when the *thread* that made the child ends, and the Go runtime
// ends threads as it likes. So one goroutine holds its thread from the start to the end of the child.
func startChild(cmd *exec.Cmd) (*child, error) {
	c := &child{cmd: cmd, ended: make(chan struct{})}
	started := make(chan error)
	go func() {
		runtime.LockOSThread()
		release, err := startBound(cmd)
		started <- err
		if err != nil {
			return
		}
		c.err = cmd.Wait()
		release()
		close(c.ended)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

func (c *child) pid() int { return c.cmd.Process.Pid }

// signal sends sig; a child that has ended already is fine.
func (c *child) signal(sig syscall.Signal) { _ = c.cmd.Process.Signal(sig) }

// end sends sig and, should the child still be there after grace, kills it. It returns when the child
// has ended.
func (c *child) end(sig syscall.Signal, grace time.Duration) {
	c.signal(sig)
	timer := time.NewTimer(grace)
	defer timer.Stop()
	select {
	case <-c.ended:
		return
	case <-timer.C:
	}
	c.signal(syscall.SIGKILL)
	<-c.ended
}

// outcome tells how the child ended, in words.
func (c *child) outcome() string {
	if c.err == nil {
		return "exit status 0"
	}
	return c.err.Error()
}
