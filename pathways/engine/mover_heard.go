package engine

import (
	"fmt"
	"slices"

	"throughline/pathways"
)

// renameHeard follows a step under another id with what came for it while the enrollment stood still.
func (m *mover) renameHeard(from, to string) {
	if from == to {
		return
	}
	for i, id := range m.s.Unheard {
		if id == from {
			m.s.Unheard = slices.Clone(m.s.Unheard)
			m.s.Unheard[i] = to
		}
	}
	for i := range m.s.Deferred {
		if m.s.Deferred[i].Step == from {
			m.s.Deferred[i].Step = to
		}
	}
}

// askAboutDeferred asks a person about what was to begin and what the new version no longer has. It is
// kept: moving back makes it good again.
func (m *mover) askAboutDeferred() {
	for i, d := range m.s.Deferred {
		before := m.left.s.Deferred[i]
		var title string
		switch {
		case d.Track != "" && m.def.TrackByName(d.Track) == nil:
			title = m.trackTitle(m.left.def.TrackByName(d.Track), d.Track)
		case d.Step != "" && m.spec(d.Step) == nil:
			title = plain(before.Step)
			if spec := m.left.spec(before.Step); spec != nil {
				title = m.titleOf(spec)
			}
		default:
			continue
		}
		m.asks = append(m.asks, fmt.Sprintf("%s was to begin once the pathway goes on (%s), and is not in version %d: see to it.", quoted(title), clause(d.Cause.Text), m.def.Version))
	}
}

// trackTitle is what people call a track, known or not.
func (*run) trackTitle(t *pathways.Track, name string) string {
	if t == nil || t.Title == "" {
		return plain(name)
	}
	return t.Title
}
