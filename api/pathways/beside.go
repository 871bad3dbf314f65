package pathways

import (
	"context"

	"throughline/pathways"
	"throughline/store"
)

// beside says what is odd about a definition beside the pathways that are published: relations to what
// is not there, contradictions, circles. All of it warns.
func (d Deps) beside(ctx context.Context, def *pathways.Definition) (pathways.Problems, error) {
	all, err := d.Store.ListDefinitions(ctx)
	if err != nil {
		return nil, err
	}
	together := []*pathways.Definition{def}
	seen := map[string]bool{def.Pathway: true} // looked up, never ranged over
	for i := range all {                       // the latest of each first
		if other := all[i].Definition; all[i].Status == store.DefinitionPublished && !seen[other.Pathway] {
			seen[other.Pathway] = true
			together = append(together, other)
		}
	}
	var own pathways.Problems
	for _, p := range pathways.CheckTogether(together) {
		if p.File == def.Pathway {
			p.File, p.Column = "", 1
			own = append(own, p)
		}
	}
	return own, nil
}
