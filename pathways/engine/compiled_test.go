package engine_test

import (
	"fmt"
	"runtime"
	"testing"

	"throughline/pathways"
	"throughline/pathways/engine"
)

// Whoever posts ever new definitions fills no memory with them, and takes no engine from those that run.
func TestEnginesAreKeptWhileInUse(t *testing.T) {
	running := version(t, visitPathway)
	first, err := engine.For(running)
	if err != nil {
		t.Fatal(err)
	}
	grown := make([]uint64, 4)
	for round := range grown {
		for i := range engine.CompiledSize {
			posted := *running
			posted.Title = fmt.Sprint("posted ", round, " ", i)
			mustRun(t, &posted)
			if i%(engine.CompiledSize/2) == 0 && mustRun(t, running) != first {
				t.Fatal("the one in use was compiled anew")
			}
		}
		if kept := engine.CompiledKept(); kept > 2*engine.CompiledSize {
			t.Fatalf("%d engines are kept", kept)
		}
		grown[round] = heap()
	}
	if a, b := grown[1], grown[3]; b > a+a/10 {
		t.Errorf("what is kept grew from %d to %d bytes", a, b)
	}
}

func mustRun(t *testing.T, d *pathways.Definition) *engine.Engine {
	t.Helper()
	e, err := engine.For(d)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// heap is how many bytes are in use.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
