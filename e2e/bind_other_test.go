//go:build !linux

package e2e

import "os/exec"

// bindToTests does nothing: only Linux can tie a process to its parent.
func bindToTests(*exec.Cmd) {}
