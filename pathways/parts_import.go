package pathways

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml/ast"

	"throughline/care"
)

// Limits of what a pathway brings in: a reader has to find it again.
const (
	maxParts     = 40
	maxPartDepth = 8
)

func refusePart(file, why string) error {
	return care.Errorf(care.Invalid, "the part in %s cannot be used: %s", file, why).At("parts").By("part.known")
}

// importer brings the parts that a pathway uses into its definition.
type importer struct {
	dec    *decoder // the pathway's; it holds the problems
	parts  Parts
	loaded map[string]*loadedPart
	order  []*loadedPart // as they were first used
	open   []string      // the parts whose uses are being read
	offers []offer
	failed bool
}

// loadedPart is a part that was read, with what whoever uses it gets.
type loadedPart struct {
	*Part
	used  Used
	where *positions
	uses  []*loadedPart
	file  PartFile
}

// offer is a form, message or ladder of a part that the pathway may refer to.
type offer struct {
	path string // "ladders.contact"
	from *loadedPart
	line int  // in the pathway's file
	at   spot // where the pathway names the part
	give func(*Definition, int)
}

// into brings in what the definition uses; false where something was not to be had, which is said.
func (im *importer) into(d *Definition) bool {
	for i := range d.Uses {
		u := &d.Uses[i]
		at := im.dec.where.marks[fmt.Sprintf("uses[%d]", i)].key
		if p := im.load(*u, im.dec.where, at, fmt.Sprintf("uses[%d]", i)); p != nil {
			im.offer(p, u.Line, at)
		}
	}
	im.steps(d)
	im.clashes(d)
	im.take(d)
	d.Uses = nil
	for _, p := range im.order {
		d.Uses = append(d.Uses, p.used)
	}
	return !im.failed
}

// fault notes what is wrong with a use, in the file that holds it.
func (im *importer) fault(where *positions, at spot, path, message, suggestion string) {
	im.say(where, at, path, Problem{Message: message, Suggestion: suggestion, Severity: SeverityError})
}

// say notes a problem of a use; an error keeps the definition from being whole.
func (im *importer) say(where *positions, at spot, path string, p Problem) {
	im.failed = im.failed || p.Severity == SeverityError
	p.File, p.Line, p.Column, p.Path, p.Excerpt = where.file, at.line, at.column, path, where.line(at.line)
	im.dec.problems = append(im.dec.problems, p)
}

// load reads a part and those that it uses; nil where that failed, which is said.
func (im *importer) load(u Used, where *positions, at spot, path string) *loadedPart {
	if u.Part == "" {
		im.failed = true
		return nil // its name could not be read, said already
	}
	key := u.String()
	if i := slices.Index(im.open, key); i >= 0 {
		circle := append(slices.Clone(im.open[i:]), key)
		im.fault(where, at, path, "the parts use each other in a circle, "+strings.Join(circle, " → "), "remove one of them from uses")
		return nil
	}
	if p, known := im.loaded[key]; known {
		return p
	}
	if len(im.loaded) >= maxParts || len(im.open) >= maxPartDepth {
		im.fault(where, at, path, fmt.Sprintf("the pathway uses more than %d parts, or parts of parts more than %d deep", maxParts, maxPartDepth), "write some of it out")
		return nil
	}
	file, found := im.parts.Part(u.Part, u.Version)
	if !found {
		message, suggestion := unknownPart(im.parts, u)
		im.fault(where, at, path, message, suggestion)
		return nil
	}
	im.loaded[key] = nil // what fails is said once
	if file.Remark.Message != "" {
		im.say(where, at, path, file.Remark)
	}
	if file.Remark.Severity == SeverityError {
		return nil
	}
	p := im.read(u, file)
	if p == nil {
		return nil
	}
	im.open = append(im.open, key)
	for i := range p.Uses {
		sub := fmt.Sprintf("uses[%d]", i)
		other := im.load(p.Uses[i], p.where, p.where.marks[sub].key, sub)
		if other != nil {
			p.uses = append(p.uses, other)
			p.Uses[i].Digest = other.used.Digest
		}
	}
	im.open = im.open[:len(im.open)-1]
	p.used = Used{Part: p.Part.Part, Version: p.Version, Digest: digestOf(p.Part)}
	im.loaded[key] = p
	im.order = append(im.order, p)
	return p
}

// read reads the file of a part.
func (im *importer) read(u Used, file PartFile) *loadedPart {
	part, where, problems := parsePart(file.File, file.Source)
	if part == nil || len(problems) > 0 {
		im.dec.problems = append(im.dec.problems, problems...)
		im.failed = true
		return nil
	}
	if part.Part != u.Part || part.Version != u.Version {
		holds := Used{Part: part.Part, Version: part.Version}
		im.fault(where, where.marks["part"].key, "part", fmt.Sprintf("this file holds %s, and %s was asked for", holds, u), "mend part: and version:")
		return nil
	}
	return &loadedPart{Part: part, where: where, file: file}
}

// parsePart reads a part by itself. Whether what it says is good shows where it is used.
func parsePart(file string, src []byte) (*Part, *positions, Problems) {
	dec, root := read(file, src, "part")
	if root == nil {
		return nil, dec.where, dec.problems
	}
	part := &Part{}
	if entriesOf(root) == nil {
		dec.fault(startOf(root), "", "a part is a list of keys with values", startWith("part"))
		return nil, dec.where, dec.problems
	}
	dec.structure(root, reflect.ValueOf(part).Elem(), "")
	dec.partHeader(part)
	return part, dec.where, dec.problems
}

// partHeader checks what stands at the top of a part, and that nothing in it comes twice.
func (dec *decoder) partHeader(p *Part) {
	at := func(path string) spot {
		m, _ := dec.where.find(path)
		return m.key
	}
	if !IsPartName(p.Part) {
		dec.fault(at("part"), "part", fmt.Sprintf("%q cannot be the name of a part", p.Part), "use lower-case letters, digits and hyphens, like standard-ladders")
	}
	if p.Version < 1 {
		dec.fault(at("version"), "version", "the version must be 1 or more", "write version: 1")
	}
	if p.Title == "" {
		dec.fault(at("title"), "title", "the part has no title", "write title: and what people call it")
	}
	if len(p.ValueSets)+len(p.Ladders)+len(p.Forms)+len(p.Templates)+len(p.Steps)+len(p.Uses) == 0 {
		dec.fault(at(""), "", "the part holds nothing to use", "write ladders:, forms:, messages:, value_sets: or steps:")
	}
	if len(p.Steps) == 0 && len(p.Clocks)+len(p.Parameters) > 0 {
		dec.fault(at(""), "", "only the steps of a part have clocks and parameters, and it has no steps", "remove clocks: and parameters:, or write steps:")
	}
	for i := range p.Steps {
		if p.Steps[i].Include != nil {
			dec.fault(at(fmt.Sprintf("steps[%d]", i)), "", "a bundle cannot include another", "write its steps out")
		}
	}
	dec.twice(p, at)
}

func (dec *decoder) twice(p *Part, at func(string) spot) {
	seen := map[string]bool{}
	for _, name := range p.names() {
		if seen[name] {
			dec.fault(at(name), name, fmt.Sprintf("there are two of %s in the part", strings.NewReplacer(".", " ", "_sets", " sets").Replace(name)), "give each its own name")
		}
		seen[name] = true
	}
}

// names lists what the part holds, as "ladders.contact".
func (p *Part) names() []string {
	var names []string
	for _, x := range p.ValueSets {
		names = append(names, "value_sets."+x.Name)
	}
	for _, x := range p.Clocks {
		names = append(names, "clocks."+x.Name)
	}
	for _, x := range p.Ladders {
		names = append(names, "ladders."+x.Name)
	}
	for _, x := range p.Forms {
		names = append(names, "forms."+x.Name)
	}
	for _, x := range p.Templates {
		names = append(names, "messages."+x.Name)
	}
	for i := range p.Steps {
		names = append(names, "steps."+p.Steps[i].ID)
	}
	return names
}

// usedFrom reads standard-ladders@1.
func usedFrom(text string) (Used, bool) {
	m := partName.FindStringSubmatch(text)
	if m == nil {
		return Used{}, false
	}
	version, err := strconv.Atoi(m[2])
	return Used{Part: m[1], Version: version}, err == nil
}

// usedPart decodes the name and version of a part.
func (dec *decoder) usedPart(n ast.Node, u *Used, path string) {
	text, ok := scalarOf(n)
	if ok {
		line := u.Line
		*u, ok = usedFrom(text)
		u.Line = line
	}
	if ok {
		return
	}
	suggestion := "write standard-ladders@1"
	if name, _, _ := strings.Cut(text, "@"); slug.MatchString(name) {
		suggestion = "write " + name + "@1"
	}
	dec.fault(startOf(n), path, "a part is named with its version", suggestion)
}

// usedParts decodes a list of parts; one stands for a list of one.
func (dec *decoder) usedParts(n ast.Node, list *[]Used, path string) {
	nodes := []ast.Node{n}
	if seq, ok := n.(*ast.SequenceNode); ok {
		nodes = seq.Values
	}
	*list = make([]Used, len(nodes))
	for i, item := range nodes {
		sub := fmt.Sprintf("%s[%d]", path, i)
		dec.where.marks[sub] = mark{key: startOf(item), value: startOf(item)}
		(*list)[i].Line = startOf(item).line
		dec.usedPart(item, &(*list)[i], sub)
	}
}
