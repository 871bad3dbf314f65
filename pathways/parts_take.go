package pathways

import (
	"fmt"
	"slices"
	"strings"
)

// offer notes what the pathway may now refer to: what the part holds, and the parts it uses.
func (im *importer) offer(p *loadedPart, line int, at spot) {
	add := func(path string, give func(*Definition, int)) {
		im.offers = append(im.offers, offer{path: path, from: p, line: line, at: at, give: give})
	}
	for _, x := range p.ValueSets {
		add("value_sets."+x.Name, func(d *Definition, line int) { d.ValueSets = append(d.ValueSets, relined(x, line)) })
	}
	for _, x := range p.Ladders {
		add("ladders."+x.Name, func(d *Definition, line int) { d.Ladders = append(d.Ladders, relined(x, line)) })
	}
	for _, x := range p.Forms {
		add("forms."+x.Name, func(d *Definition, line int) { d.Forms = append(d.Forms, relined(x, line)) })
	}
	for _, x := range p.Templates {
		add("messages."+x.Name, func(d *Definition, line int) {
			d.Templates = append(d.Templates, relined(inLanguages(x, d.languages()), line))
		})
	}
	for _, other := range p.uses {
		im.offer(other, line, at)
	}
}

// clashes refuses a name that two hold: whoever reads the pathway could not tell which is meant.
func (im *importer) clashes(d *Definition) {
	own := map[string]bool{}
	for _, name := range (&Part{ValueSets: d.ValueSets, Clocks: d.Clocks, Ladders: d.Ladders, Forms: d.Forms, Templates: d.Templates}).names() {
		own[name] = true
	}
	from := map[string]*loadedPart{}
	for _, o := range im.offers {
		kind, name, _ := strings.Cut(o.path, ".")
		kind = strings.ReplaceAll(strings.TrimSuffix(kind, "s"), "_", " ")
		other, twice := from[o.path]
		switch {
		case own[o.path]:
			im.fault(im.dec.where, o.at, o.path, fmt.Sprintf("the %s %s is in this pathway and in %s", kind, name, o.from.used), "rename the pathway's own")
		case twice && other != o.from:
			im.fault(im.dec.where, o.at, o.path, fmt.Sprintf("the %s %s is in %s and in %s", kind, name, other.used, o.from.used), "use one of them, or write this one out in the pathway")
		}
		from[o.path] = o.from
	}
}

// take puts what is referred to into the definition.
func (im *importer) take(d *Definition) {
	if im.failed {
		return
	}
	wanted, taken := references(d), map[string]bool{}
	needed := map[spot]bool{}
	for _, o := range im.offers {
		if !wanted[o.path] {
			continue
		}
		needed[o.at] = true
		if taken[o.path] {
			continue
		}
		taken[o.path] = true
		im.bring(d, o)
	}
	im.idle(d, needed)
}

// bring puts one of what is offered into the definition.
func (im *importer) bring(d *Definition, o offer) {
	o.give(d, o.line)
	im.adopt(o.from.where, func(path string) (string, bool) {
		return path, path == o.path || strings.HasPrefix(path, o.path+".") || strings.HasPrefix(path, o.path+"[")
	}, nil)
}

// idle warns of uses that nothing is taken of.
func (im *importer) idle(d *Definition, needed map[spot]bool) {
	for i, u := range d.Uses {
		path := fmt.Sprintf("uses[%d]", i)
		at := im.dec.where.marks[path].key
		if needed[at] {
			continue
		}
		suggestion := "use a ladder, form, message or value set of it, or remove it"
		if p := im.loaded[u.String()]; p != nil && len(p.Steps) > 0 {
			suggestion = "its steps come with - include: {bundle: " + u.String() + ", as: …}"
		}
		im.say(im.dec.where, at, path, Problem{Message: "nothing of the part " + u.String() + " is used", Suggestion: suggestion, Severity: SeverityWarning})
	}
}

// adopt takes over where the parts of a file stand, under the paths that rename gives.
func (im *importer) adopt(where *positions, rename func(path string) (string, bool), changed map[string]edits) {
	for path, m := range where.marks {
		if to, ok := rename(path); ok {
			m.in, m.edits = &where.written, changed[path]
			im.dec.where.marks[to] = m
		}
	}
}

// inLanguages gives the message in the pathway's languages alone; a part may know more.
func inLanguages(t Template, languages []string) Template {
	var texts []Wording
	for _, w := range t.Texts {
		if slices.Contains(languages, w.Language) {
			texts = append(texts, w)
		}
	}
	t.Texts = texts
	return t
}
