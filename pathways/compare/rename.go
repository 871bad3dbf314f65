package compare

import (
	"regexp"
	"strings"

	"throughline/pathways"
)

// guessRenames looks for steps that went while an equal one came. Such a step is taken to have been
// renamed, and what asks for it by its old id to be unchanged.
func (w *walk) guessRenames(a, b *node) {
	olds, news := a.field("steps"), b.field("steps")
	if keyed(olds, news) != "id" || olds == nil || news == nil {
		return
	}
	for _, old := range olds.items {
		from := old.field("id").text()
		if news.find("id", from) != nil || strings.Contains(from, "/") {
			continue
		}
		match := onlyMatch(old, olds, news)
		if match == nil {
			continue
		}
		to := match.field("id").text()
		w.tell(Difference{
			Kind: Step, Change: Renamed, Severity: Wording, Path: "steps." + min(from, to), From: from, To: to, Guess: true,
			Sentence: pathways.Quoted(w.to.StepByID(to).InWords()) + " seems to be the same step under another id: " + from + " → " + to +
				" (a guess: all else about it is equal)",
		}, old, match)
		// Both get one name: then also what asks in vain for the id that went is told from either side.
		both := min(from, to) + "/" + max(from, to)
		rename(a, "", from, both)
		rename(b, "", to, both)
	}
}

// onlyMatch gives the one new step that is equal to the old one but for its id; nil where there is
// none, and also where two are, on either side.
func onlyMatch(old, olds, news *node) *node {
	var match *node
	for _, item := range news.items {
		if olds.find("id", item.field("id").text()) != nil || !equalButID(old, item) {
			continue
		}
		if match != nil {
			return nil
		}
		match = item
	}
	if match == nil {
		return nil
	}
	for _, other := range olds.items {
		if other != old && news.find("id", other.field("id").text()) == nil && equalButID(other, match) {
			return nil
		}
	}
	return match
}

func equalButID(old, item *node) bool {
	from, to := old.field("id").text(), item.field("id").text()
	renamed := old.copied()
	rename(renamed, "steps.*", from, to)
	renamed.fields["id"] = &node{value: to}
	return same(renamed, item)
}

// rename rewrites what asks for a step, wherever a step may be asked for.
func rename(n *node, pattern, from, to string) {
	switch {
	case n == nil:
	case n.isObject():
		for name, f := range n.fields {
			rename(f, strings.TrimPrefix(pattern+"."+name, "."), from, to)
		}
	case n.isList:
		for _, item := range n.items {
			at := pattern
			if item.isObject() {
				at += ".*"
			}
			rename(item, at, from, to)
		}
	default:
		renameValue(n, pattern, from, to)
	}
}

func renameValue(n *node, pattern, from, to string) {
	text, ok := n.value.(string)
	if !ok {
		return
	}
	r := ruleOf(place{pattern: pattern})
	changed := text
	switch {
	case pattern == "steps.*.id" || r.say == asSteps:
		if text == from {
			changed = to
		}
	case r.say == asExpr || r.say == asValue || r.say == asAnchor || r.say == asMoment || strings.HasSuffix(pattern, ".when"):
		changed = askedAs(from).ReplaceAllString(text, "${1}"+to+".")
	}
	if changed == text {
		return
	}
	if n.written == nil {
		n.written = text
	}
	n.value = changed
}

// askedAs finds "contact." where it asks for the step, and not as the end of another name.
func askedAs(id string) *regexp.Regexp {
	return regexp.MustCompile(`(^|[^A-Za-z0-9_."'])` + regexp.QuoteMeta(id) + `\.`)
}
