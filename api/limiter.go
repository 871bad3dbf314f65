package api

import (
	"sync"
	"time"

	"golang.org/x/time/rate"

	"throughline/care"
)

// maxCallers bounds how many callers are remembered. Beyond it those who have their whole allowance
// are forgotten, which changes nothing for them.
const maxCallers = 10_000

// limiter gives each caller an allowance that fills up again.
type limiter struct {
	limits Limits
	now    func() time.Time

	mu      sync.Mutex
	buckets map[string]*rate.Limiter
}

func newLimiter(limits Limits, now func() time.Time) *limiter {
	return &limiter{limits: limits, now: now, buckets: map[string]*rate.Limiter{}}
}

// takeAs takes one from the allowance of who has signed in, or of a stranger's address. Where there
// is none left it says how long to wait.
func (l *limiter) takeAs(address string, who care.Actor, known bool) (wait time.Duration, ok bool) {
	if known {
		return l.take("actor "+who.ID, l.limits.PerSecond, l.limits.Burst)
	}
	return l.take("address "+address, l.limits.StrangersPerSecond, l.limits.StrangersBurst)
}

func (l *limiter) take(caller string, perSecond float64, burst int) (wait time.Duration, ok bool) {
	now := l.now()
	r := l.bucket(caller, perSecond, burst, now).ReserveN(now, 1)
	if !r.OK() {
		return time.Second, false
	}
	if wait = r.DelayFrom(now); wait > 0 {
		r.CancelAt(now)
		return wait, false
	}
	return 0, true
}

func (l *limiter) bucket(caller string, perSecond float64, burst int, now time.Time) *rate.Limiter {
	l.mu.Lock()
	defer l.mu.Unlock()
	if b, known := l.buckets[caller]; known {
		return b
	}
	if len(l.buckets) >= maxCallers {
		l.forget(now)
	}
	b := rate.NewLimiter(rate.Limit(perSecond), burst)
	l.buckets[caller] = b
	return b
}

// forget drops the full buckets, and all where none is full: better a fresh allowance for some than
// memory without end.
func (l *limiter) forget(now time.Time) {
	for caller, b := range l.buckets {
		if b.TokensAt(now) >= float64(b.Burst()) {
			delete(l.buckets, caller)
		}
	}
	if len(l.buckets) >= maxCallers {
		clear(l.buckets)
	}
}
