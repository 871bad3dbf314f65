package engine

import (
	"fmt"
	"sync"

	"throughline/pathways"
)

// compiled keeps the engines of the definitions that are in use. Compiling expressions costs
// milliseconds, and a definition never changes; but whoever may simulate can post any number of them.
var compiled = shelf{size: 128}

// For gives the engine of a definition, compiled once while the definition is in use. It fails where an
// expression does not compile, which the checker would have refused.
func For(d *pathways.Definition) (*Engine, error) {
	digest := pathways.Digest(d)
	if e := compiled.find(digest); e != nil {
		return e, nil
	}
	program, err := pathways.Compile(d)
	if err != nil {
		return nil, fmt.Errorf("compiling %s version %d: %w", d.Pathway, d.Version, err)
	}
	return compiled.keep(digest, New(program)), nil
}

// shelf keeps engines by the digests of their definitions: at most twice its size, and among them the
// last size that were asked for. It is safe for concurrent use.
type shelf struct {
	size  int
	mu    sync.Mutex
	young map[string]*Engine // asked for since the old ones were put away
	old   map[string]*Engine // let go of when as many young ones are there, unless asked for meanwhile
}

// find gives a kept engine; nil where there is none.
func (s *shelf) find(digest string) *Engine {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.young[digest]; e != nil {
		return e
	}
	e := s.old[digest]
	if e != nil {
		s.put(digest, e)
	}
	return e
}

// keep gives the engine to go on with: the one that is kept, where another caller was quicker.
func (s *shelf) keep(digest string, e *Engine) *Engine {
	s.mu.Lock()
	defer s.mu.Unlock()
	if kept := s.young[digest]; kept != nil {
		return kept
	}
	s.put(digest, e)
	return e
}

func (s *shelf) put(digest string, e *Engine) {
	if s.young == nil || len(s.young) >= s.size {
		s.old, s.young = s.young, make(map[string]*Engine, s.size)
	}
	s.young[digest] = e
}
