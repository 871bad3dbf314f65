package api

import (
	"testing"
	"time"

	"throughline/care"
)

func TestTheAllowanceFillsUpAgain(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	l := newLimiter(Limits{PerSecond: 2, Burst: 3, StrangersPerSecond: 1, StrangersBurst: 1}, func() time.Time { return now })
	ann, ben := care.Actor{ID: "ann"}, care.Actor{ID: "ben"}
	for range 3 {
		if _, ok := l.takeAs("", ann, true); !ok {
			t.Fatal("the allowance is smaller than it should be")
		}
	}
	wait, ok := l.takeAs("", ann, true)
	if ok || wait != 500*time.Millisecond {
		t.Errorf("%v, to wait %s", ok, wait)
	}
	if _, ok := l.takeAs("", ben, true); !ok {
		t.Error("one caller took another's")
	}
	now = now.Add(wait)
	if _, ok := l.takeAs("", ann, true); !ok {
		t.Error("who waited as told was refused")
	}
}

func TestCallersWithoutEndTakeNoMemoryWithoutEnd(t *testing.T) {
	now := time.Date(2026, 3, 2, 9, 0, 0, 0, time.UTC)
	l := newLimiter(Limits{StrangersPerSecond: 1, StrangersBurst: 2}, func() time.Time { return now })
	for i := range 3 * maxCallers {
		l.takeAs(time.Duration(i).String(), care.Actor{}, false)
	}
	if len(l.buckets) > maxCallers {
		t.Errorf("%d callers are remembered", len(l.buckets))
	}
}
