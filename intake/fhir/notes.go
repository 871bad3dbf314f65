package fhir

import (
	"fmt"
	"sort"
	"strings"
)

// notes gathers warnings: the same sentence is kept once, with where it first held and how often.
type notes struct {
	order []string
	first map[string]string
	count map[string]int
}

func (n *notes) add(sentence, path string) {
	if n.count == nil {
		n.first, n.count = map[string]string{}, map[string]int{}
	}
	if n.count[sentence] == 0 {
		n.order = append(n.order, sentence)
		n.first[sentence] = path
	}
	n.count[sentence]++
}

func (n *notes) sentences() []string {
	var out []string
	for _, s := range n.order {
		if n.count[s] == 1 {
			out = append(out, fmt.Sprintf("%s (%s).", s, n.first[s]))
			continue
		}
		out = append(out, fmt.Sprintf("%s (%d times, first at %s).", s, n.count[s], n.first[s]))
	}
	return out
}

// tally counts things by name.
type tally map[string]int

// String lists the counts by name: "3 Claim, 12 Goal".
func (t tally) String() string {
	names := make([]string, 0, len(t))
	for name := range t {
		names = append(names, name)
	}
	sort.Strings(names)
	for i, name := range names {
		names[i] = fmt.Sprintf("%d %s", t[name], name)
	}
	return strings.Join(names, ", ")
}
