package verify_test

import (
	"os"
	"runtime/debug"
	"testing"
)

// An exploration makes many states and keeps few: collecting less often halves what it takes.
func TestMain(m *testing.M) {
	debug.SetGCPercent(400)
	debug.SetMemoryLimit(1 << 30)
	os.Exit(m.Run())
}
