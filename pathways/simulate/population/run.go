package population

import (
	"throughline/pathways"
)

// Run lets a scenario's population go through a pathway, and tells what came of it. The scenario must
// have been loaded for a pathway with the same names: see Load. An error is care.Invalid where the
// engine refuses what the scenario lets people do.
func Run(def *pathways.Definition, s *Scenario, o Options) (*Report, error) {
	w, err := newWorld(def, s, o)
	if err != nil {
		return nil, err
	}
	if err := w.run(); err != nil {
		return nil, err
	}
	return w.summarize(), nil
}
