package compare

import (
	"cmp"
	"slices"
	"strings"
)

// pair is two items of lists without names that are taken to be the same thing.
type pair struct{ i, j, likeness int }

// unnamed compares lists whose items have no name: rungs, ends, reasons against a launch. Equal
// items belong together; of the others, those that have most in common.
func (w *walk) unnamed(p place, a, b *node) {
	olds, news := itemsOf(a), itemsOf(b)
	equal, restA, restB := equalPairs(olds, news)
	alike := likePairs(olds, news, restA, restB)
	for j, item := range news {
		at := slices.IndexFunc(alike, func(q pair) bool { return q.j == j })
		switch {
		case at >= 0:
			w.became(p, olds[alike[at].i], item)
		case slices.Contains(restB, j):
			w.came(p.item(nameOfItem(item)), item)
		}
	}
	for i, item := range olds {
		if slices.Contains(restA, i) && !slices.ContainsFunc(alike, func(q pair) bool { return q.i == i }) {
			w.went(p.item(nameOfItem(item)), item)
		}
	}
	all := slices.Concat(equal, alike)
	slices.SortFunc(all, func(x, y pair) int { return cmp.Compare(x.i, y.i) })
	if !slices.IsSortedFunc(all, func(x, y pair) int { return cmp.Compare(x.j, y.j) }) {
		w.reordered(p, a, b, w.sequence(p, olds, true), w.sequence(p, news, false))
	}
}

func itemsOf(n *node) []*node {
	if n == nil {
		return nil
	}
	return n.items
}

// equalPairs pairs what is equal, each item once, and gives what is left over.
func equalPairs(olds, news []*node) (equal []pair, restA, restB []int) {
	taken := make([]bool, len(news))
	for i, old := range olds {
		j := firstEqual(old, news, taken)
		if j < 0 {
			restA = append(restA, i)
			continue
		}
		taken[j] = true
		equal = append(equal, pair{i: i, j: j})
	}
	for j := range news {
		if !taken[j] {
			restB = append(restB, j)
		}
	}
	return equal, restA, restB
}

func firstEqual(old *node, news []*node, taken []bool) int {
	for j, item := range news {
		if !taken[j] && same(old, item) {
			return j
		}
	}
	return -1
}

// likePairs pairs what has most fields in common, each item once. The order in which pairs are tried
// is the same whichever version comes first.
func likePairs(olds, news []*node, restA, restB []int) []pair {
	var candidates []pair
	for _, i := range restA {
		for _, j := range restB {
			if n := likeness(olds[i], news[j]); n > 0 {
				candidates = append(candidates, pair{i, j, n})
			}
		}
	}
	slices.SortFunc(candidates, func(x, y pair) int {
		return cmp.Or(
			cmp.Compare(y.likeness, x.likeness), cmp.Compare(apart(x), apart(y)),
			cmp.Compare(x.i+x.j, y.i+y.j), cmp.Compare(x.i, y.i))
	})
	var chosen []pair
	for _, c := range candidates {
		if !slices.ContainsFunc(chosen, func(q pair) bool { return q.i == c.i || q.j == c.j }) {
			chosen = append(chosen, c)
		}
	}
	return chosen
}

func apart(p pair) int { return max(p.i-p.j, p.j-p.i) }

// likeness counts the fields that say the same.
func likeness(a, b *node) int {
	n := 0
	for _, name := range names(a, b) {
		x, y := a.field(name), b.field(name)
		if x != nil && y != nil && same(x, y) {
			n++
		}
	}
	return n
}

// became tells that an item without a name changed, as a whole: a rung is one sentence.
func (w *walk) became(p place, a, b *node) {
	at := p.item(commonName(a, b))
	r := ruleOf(at)
	from, to := w.whole(at, w.from, a), w.whole(at, w.to, b)
	if from == to {
		from, to = a.raw(), b.raw()
	}
	severity := r.severity
	if wordsOnly(at, a, b) {
		severity = Wording
	}
	w.tell(Difference{
		Kind: r.kind, Change: Changed, Severity: severity, Path: at.path, From: from, To: to,
		Sentence: w.thing(at, w.to) + ": " + arrow(from, to),
	}, a, b)
}

// wordsOnly tells whether nothing but fields that people read differs.
func wordsOnly(p place, a, b *node) bool {
	for _, name := range names(a, b) {
		x, y := a.field(name), b.field(name)
		differs := x == nil || y == nil || !same(x, y)
		if differs && ruleOf(p.at(name)).severity != Wording {
			return false
		}
	}
	return true
}

// nameOfItem gives an item without a name one to be found by: what it does, or when.
func nameOfItem(n *node) string {
	for _, act := range []string{"escalate", "reassign", "warn", "remind"} {
		if to := n.field(act).text(); to != "" {
			return act + " " + to
		}
	}
	for _, field := range []string{"as", "suspend", "at", "on", "clock", "when"} {
		if text := n.field(field).text(); text != "" {
			return strings.Join(strings.Fields(text), " ")
		}
	}
	return "item"
}

// commonName is the same whichever version comes first.
func commonName(a, b *node) string { return min(nameOfItem(a), nameOfItem(b)) }

func (w *walk) sequence(p place, items []*node, old bool) string {
	d := w.to
	if old {
		d = w.from
	}
	words := make([]string, 0, len(items))
	for _, item := range items {
		words = append(words, w.whole(p.item(""), d, item))
	}
	return strings.Join(words, " | ")
}
