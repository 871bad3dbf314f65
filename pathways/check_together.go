package pathways

import (
	"fmt"
	"slices"
	"strings"
)

// CheckTogether says what is odd about definitions beside each other: relations to pathways that are
// not there or that contradict each other, and circles in which pathways bring each other about for
// ever. All are warnings: what is missing may be published later, and a circle may end by its
// conditions. Each names the pathway in File.
func CheckTogether(all []*Definition) Problems {
	t := together{known: map[string]*Definition{}, all: all}
	for _, d := range all {
		t.known[d.Pathway] = d
	}
	for _, d := range all {
		for _, l := range d.links() {
			t.link(d, l)
		}
	}
	return t.problems
}

// together are definitions beside each other. The map is looked up, never ranged over.
type together struct {
	known    map[string]*Definition
	all      []*Definition
	problems Problems
}

func (t *together) odd(d *Definition, l link, message, suggestion string) {
	t.problems = append(t.problems, Problem{File: d.Pathway, Line: l.line, Path: l.path, Message: message, Suggestion: suggestion, Severity: SeverityWarning})
}

func (t *together) link(d *Definition, l link) {
	other := t.known[l.to]
	switch {
	case other == nil:
		t.odd(d, l, fmt.Sprintf("there is no pathway %q yet", l.to), suggest(l.to, namesIn(t.all, func(d *Definition) string { return d.Pathway })))
		return
	case l.relation == Overlaps && other.Exclusion(d.Pathway) != nil:
		t.odd(d, l, fmt.Sprintf("%s overlaps %s, which excludes it: they never run beside each other", d.Pathway, l.to), "let both say the same")
	case l.relation == Excludes && other.startsByItself():
		t.odd(d, l, fmt.Sprintf("while a patient is on %s, %s does not start by itself, and nobody starts it afterwards", d.Pathway, l.to), "make sure that "+d.Pathway+" does all that "+l.to+" would, or let it end first")
	case l.relation == "" && (d.Exclusion(l.to) != nil || other.Exclusion(d.Pathway) != nil):
		t.odd(d, l, fmt.Sprintf("%s starts %s, and neither starts while the other runs: it is refused every time", d.Pathway, l.to), "remove the step, or the relation that excludes")
	}
	if circle := t.circle(d, l); circle != nil {
		t.odd(d, l, fmt.Sprintf("%s lead to each other for ever: %s", listed(circle[:len(circle)-1]), t.inTurn(circle)), "let one of them end without the next, by a condition")
	}
}

// startsByItself tells whether an event launches the pathway.
func (d *Definition) startsByItself() bool {
	return !d.Launch.Asked() && d.Launch.On != EnrollmentEnded
}

// link is one pathway's mention of another: by a relation, or by a step that starts it.
type link struct {
	to       string
	path     string
	line     int
	relation string // empty: a step starts it
}

func (d *Definition) links() []link {
	var links []link
	for i, r := range d.Relations {
		links = append(links, link{to: r.Pathway, path: fmt.Sprintf("relations[%d]", i), line: r.Line, relation: r.Is})
	}
	for i := range d.Steps {
		if s := &d.Steps[i]; s.Pathway != nil {
			links = append(links, link{to: s.Pathway.Start, path: "steps." + s.ID + ".pathway.start", line: s.Line})
		}
	}
	return links
}

// brings lists the pathways that one brings about: those that its steps start, and those that follow
// its end, in a fixed order.
func (t *together) brings(key string) []string {
	var next []string
	if d := t.known[key]; d != nil {
		for _, l := range d.links() {
			if l.relation == "" {
				next = append(next, l.to)
			}
		}
	}
	for _, d := range t.all {
		if slices.Contains(d.Following(), key) {
			next = append(next, d.Pathway)
		}
	}
	return next
}

// circle gives the shortest way around that the link is a part of, from the pathway that mentions the
// other back to it; nil where there is none.
func (t *together) circle(d *Definition, l link) []string {
	switch l.relation {
	case "": // it starts the other: back from there
		if back := t.way(l.to, d.Pathway); back != nil {
			return append([]string{d.Pathway}, back...)
		}
	case Follows: // the other brings it about: on to there
		if on := t.way(d.Pathway, l.to); on != nil {
			return append(on, d.Pathway)
		}
	}
	return nil
}

// way finds the shortest way from one pathway to another along what they bring about.
func (t *together) way(from, to string) []string {
	ways := [][]string{{from}}
	seen := map[string]bool{from: true} // looked up, never ranged over
	for len(ways) > 0 {
		way := ways[0]
		ways = ways[1:]
		at := way[len(way)-1]
		if at == to {
			return way
		}
		for _, next := range t.brings(at) {
			if !seen[next] {
				seen[next] = true
				ways = append(ways, append(slices.Clone(way), next))
			}
		}
	}
	return nil
}

// inTurn says how each pathway of a circle brings about the next.
func (t *together) inTurn(circle []string) string {
	var parts []string
	for i, key := range circle[:len(circle)-1] {
		next, verb := circle[i+1], "starts"
		if d := t.known[next]; d != nil && slices.Contains(d.Following(), key) {
			verb = "is followed by"
		}
		parts = append(parts, key+" "+verb+" "+next)
	}
	return strings.Join(parts, ", ")
}

func listed(keys []string) string {
	if len(keys) < 2 {
		return strings.Join(keys, "")
	}
	last := len(keys) - 1
	return strings.Join(keys[:last], ", ") + " and " + keys[last]
}
