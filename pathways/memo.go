package pathways

import (
	"encoding/binary"
	"slices"
	"sync"
)

// Peeker is a Values that can be looked at without being asked: Peek gives what Value would, and
// leaves no trace. Where it is there, an expression that has met the same values before is not
// computed again, and asks (by Value) what it asked then, in the same order.
type Peeker interface {
	Values
	Peek(name string) (v any, ok bool)
}

// memo keeps what an expression came to, by the values of all that it mentions. An expression reads
// nothing else, so that the same values always give the same answer.
type memo struct {
	mu    sync.RWMutex
	known map[string]outcome
}

// outcome is what an expression came to.
type outcome struct {
	asked   []string // in this order
	result  any
	verdict Verdict
	cost    uint64 // what it took to compute
}

// Bounds of a memo. Expressions that read times or numbers meet ever new values: they are left out.
const (
	maxOutcomes = 1024
	maxKey      = 256
)

func (m *memo) find(key []byte) (outcome, bool) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	o, ok := m.known[string(key)]
	return o, ok
}

func (m *memo) keep(key []byte, o outcome) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.known == nil {
		m.known = map[string]outcome{}
	}
	if len(m.known) < maxOutcomes {
		m.known[string(key)] = o
	}
}

// key writes the values of all that the expression mentions; ok is false where they are of a kind
// that seldom comes again.
func (e *expression) key(buf []byte, lang *language, vals Peeker) (key []byte, ok bool) {
	for _, name := range e.asks {
		v, known := vals.Peek(name)
		if known {
			v, known = coerce(lang.types[name], v)
		}
		if !known {
			buf = append(buf, '?')
			continue
		}
		if buf, ok = appendValue(buf, v); !ok || len(buf) > maxKey {
			return nil, false
		}
	}
	return buf, true
}

func appendValue(buf []byte, v any) ([]byte, bool) {
	switch x := v.(type) {
	case bool:
		if x {
			return append(buf, 't'), true
		}
		return append(buf, 'f'), true
	case int64:
		return binary.AppendVarint(append(buf, 'i'), x), true
	case string:
		return appendText(append(buf, 's'), x), true
	case []string:
		buf = binary.AppendUvarint(append(buf, 'l'), uint64(len(x)))
		for _, text := range x {
			buf = appendText(buf, text)
		}
		return buf, true
	}
	return nil, false
}

func appendText(buf []byte, text string) []byte {
	return append(binary.AppendUvarint(buf, uint64(len(text))), text...)
}

// eval gives the expression's value, computed or remembered.
func (e *expression) eval(lang *language, vals Values) (any, Verdict) {
	result, verdict, _ := e.evalAtCost(lang, vals)
	return result, verdict
}

// evalAtCost also gives what the value cost when it was computed, remembered or not.
func (e *expression) evalAtCost(lang *language, vals Values) (any, Verdict, uint64) {
	peeker, ok := vals.(Peeker)
	if !ok {
		result, verdict, _, cost := e.compute(lang, vals)
		return result, verdict, cost
	}
	var space [maxKey]byte
	key, ok := e.key(space[:0], lang, peeker)
	if !ok {
		result, verdict, _, cost := e.compute(lang, vals)
		return result, verdict, cost
	}
	if o, known := e.memo.find(key); known {
		for _, name := range o.asked {
			vals.Value(name)
		}
		verdict := o.verdict
		verdict.Unknown = slices.Clone(verdict.Unknown)
		return o.result, verdict, o.cost
	}
	result, verdict, asked, cost := e.compute(lang, vals)
	e.memo.keep(key, outcome{asked: asked, result: result, verdict: verdict, cost: cost})
	return result, verdict, cost
}
