package compare

import (
	"slices"
	"strings"

	"throughline/pathways"
)

// place is where the walk is: the path as people read it, and its pattern with * for names.
type place struct{ path, pattern string }

func (p place) at(field string) place {
	if p.path == "" {
		return place{field, field}
	}
	return place{p.path + "." + field, p.pattern + "." + field}
}

func (p place) item(name string) place { return place{p.path + "." + name, p.pattern + ".*"} }

// walk goes through two trees side by side and tells what differs.
type walk struct {
	from, to *pathways.Definition
	found    []Difference
}

func (w *walk) tell(d Difference, a, b *node) {
	if a != nil {
		d.FromLine = a.line
	}
	if b != nil {
		d.ToLine = b.line
	}
	w.found = append(w.found, d)
}

// object compares field by field.
func (w *walk) object(p place, a, b *node) {
	for _, name := range names(a, b) {
		w.part(p.at(name), a.field(name), b.field(name))
	}
}

// part compares two parts that stand in the same place; either may be missing, not both.
func (w *walk) part(p place, a, b *node) {
	switch {
	case same(a, b):
	case isListOfObjects(a) || isListOfObjects(b):
		w.list(p, a, b)
	case a.isObject() && b.isObject():
		w.object(p, a, b)
	default:
		w.value(p, a, b)
	}
}

func isListOfObjects(n *node) bool {
	return n != nil && n.isList && len(n.items) > 0 && n.items[0].isObject()
}

// value tells a difference of something that is compared as a whole.
func (w *walk) value(p place, a, b *node) {
	r := ruleOf(p)
	from, to := w.words(p, r, w.from, a), w.words(p, r, w.to, b)
	if from == to { // two spellings with one reading: 14 days and 2 weeks
		from, to = a.raw(), b.raw()
	}
	d := Difference{Kind: r.kind, Change: Changed, Severity: r.severity, Path: p.path, From: from, To: to}
	subject := w.subject(p)
	if r.phrase != "" {
		subject += ", " + r.phrase
	}
	switch {
	case a != nil && b != nil && a.isList && b.isList:
		w.ofLists(&d, p, subject, a, b)
	case r.prose && a != nil && b != nil:
		d.Words = wordDiff(from, to)
		d.Sentence = subject + ": " + editsInWords(d.Words)
	default:
		d.Sentence = subject + ": " + arrow(from, to)
	}
	w.tell(d, a, b)
}

// ofLists says what a list of plain values gained and lost.
func (w *walk) ofLists(d *Difference, p place, subject string, a, b *node) {
	gained, lost := missingIn(a, b), missingIn(b, a)
	if len(gained)+len(lost) == 0 {
		d.Change = Moved
		d.Sentence = subject + ", in another order: " + arrow(d.From, d.To)
		if !orderCounts[p.pattern] {
			d.Severity = Wording
		}
		return
	}
	if len(a.items)+len(b.items) <= 6 {
		d.Sentence = subject + ": " + arrow(d.From, d.To)
		return
	}
	var parts []string
	if len(gained) > 0 {
		parts = append(parts, "adds "+strings.Join(gained, ", "))
	}
	if len(lost) > 0 {
		parts = append(parts, "drops "+strings.Join(lost, ", "))
	}
	d.Sentence = subject + " " + strings.Join(parts, "; ")
}

// missingIn gives what the second list has and the first has not.
func missingIn(a, b *node) []string {
	left := slices.Clone(a.items)
	var missing []string
	for _, item := range b.items {
		if at := slices.IndexFunc(left, func(have *node) bool { return same(have, item) }); at >= 0 {
			left = slices.Delete(left, at, at+1)
			continue
		}
		missing = append(missing, pathways.Plain(item.text()))
	}
	return missing
}

// list compares lists of objects: by name where they have one, else by likeness.
func (w *walk) list(p place, a, b *node) {
	key := keyed(a, b)
	if key == "" {
		w.unnamed(p, a, b)
		return
	}
	common := [2][]string{}
	if b != nil {
		for _, item := range b.items {
			name := item.field(key).value.(string) //nolint:forcetypeassert // keyed saw that it is a text
			old := a.find(key, name)
			if old == nil {
				w.came(p.item(name), item)
				continue
			}
			common[1] = append(common[1], name)
			w.object(p.item(name), old, item)
		}
	}
	if a != nil {
		for _, item := range a.items {
			name := item.field(key).value.(string) //nolint:forcetypeassert // keyed saw that it is a text
			if b.find(key, name) == nil {
				w.went(p.item(name), item)
				continue
			}
			common[0] = append(common[0], name)
		}
	}
	if !slices.Equal(common[0], common[1]) {
		w.reordered(p, a, b, strings.Join(common[0], ", "), strings.Join(common[1], ", "))
	}
}

func (w *walk) came(p place, b *node) {
	r := ruleOf(p)
	words := w.whole(p, w.to, b)
	w.tell(Difference{Kind: r.kind, Change: Added, Severity: r.severity, Path: p.path, To: words, Sentence: "New: " + lead(w.thing(p, w.to), words)}, nil, b)
}

func (w *walk) went(p place, a *node) {
	r := ruleOf(p)
	words := w.whole(p, w.from, a)
	w.tell(Difference{Kind: r.kind, Change: Removed, Severity: r.severity, Path: p.path, From: words, Sentence: "Removed: " + lead(w.thing(p, w.from), words)}, a, nil)
}

func lead(thing, words string) string {
	if words == "" {
		return thing
	}
	return thing + ": " + words
}

func (w *walk) reordered(p place, a, b *node, from, to string) {
	d := Difference{Kind: ruleOf(p).kind, Change: Moved, Severity: Wording, Path: p.path, From: from, To: to}
	d.Sentence = upperFirst(ruleOf(p.item("")).plural) + " stand in another order: " + arrow(from, to)
	if why := orderMatters[p.pattern]; why != "" {
		d.Severity, d.Kind = Care, Order
		d.Sentence += " (" + why + ")"
	}
	w.tell(d, a, b)
}
