package pathways

import (
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strings"
)

// steps puts the steps of bundles in the places where they are included.
func (im *importer) steps(d *Definition) {
	var steps []Step
	including := false
	called := map[string]bool{}
	for i := range d.Steps {
		s := &d.Steps[i]
		if s.Include == nil {
			steps = append(steps, *s)
			continue
		}
		including = true
		path := fmt.Sprintf("steps[%d]", i)
		if !reflect.DeepEqual(*s, Step{Include: s.Include, Line: s.Line}) {
			im.fault(im.dec.where, im.dec.where.marks[itemPathOf(path, s.ID)].key, path, "an include stands alone", "write the other keys at steps of their own")
			continue
		}
		if called[s.Include.As] {
			at := im.dec.where.marks[path+".include.as"].value
			im.fault(im.dec.where, at, path, fmt.Sprintf("two includes put %q before the ids of their steps", s.Include.As), "give each its own as:")
			continue
		}
		called[s.Include.As] = s.Include.As != ""
		steps = append(steps, im.include(d, s.Include, path+".include")...)
	}
	if including {
		d.Steps = steps
	}
}

func itemPathOf(path, id string) string {
	if id != "" {
		return "steps." + id
	}
	return path
}

// include gives the steps of a bundle as the pathway has them, and brings in their clocks.
func (im *importer) include(d *Definition, inc *Include, path string) []Step {
	where := im.dec.where
	at := func(key string) spot {
		if m, ok := where.marks[path+key]; ok {
			return m.value
		}
		return where.marks[path].key
	}
	if _, named := where.marks[path+".bundle"]; named && inc.Bundle.Part == "" {
		im.failed = true
		return nil // it could not be read, said already
	}
	if inc.Bundle.Part == "" {
		im.fault(where, at(".bundle"), path, "the include does not name a bundle with its version", "write bundle: confirm-medicines@1")
		return nil
	}
	if !identifier.MatchString(inc.As) {
		im.fault(where, at(".as"), path, "the include does not say what goes before the ids of its steps", "write as: and a short name, like as: meds")
		return nil
	}
	p := im.load(inc.Bundle, where, at(".bundle"), path+".bundle")
	if p == nil {
		im.failed = true
		return nil
	}
	if len(p.Steps) == 0 {
		im.fault(where, at(".bundle"), path, fmt.Sprintf("the part %s has no steps to include", p.used), "name it under uses: instead")
		return nil
	}
	given, ok := im.arguments(p, inc, at)
	if !ok {
		return nil
	}
	im.offer(p, inc.Line, where.marks[path].key)
	return im.unfold(d, p, inc, path, given)
}

// arguments gives the values of the bundle's parameters.
func (im *importer) arguments(p *loadedPart, inc *Include, at func(string) spot) (map[string]string, bool) {
	given, ok := map[string]string{}, true
	names := namesIn(p.Parameters, func(x Parameter) string { return x.Name })
	for _, a := range inc.With {
		if !slices.Contains(names, a.Name) {
			im.fault(im.dec.where, at(".with."+a.Name), "", fmt.Sprintf("the bundle %s has nothing to set that is called %q", p.used, a.Name), suggest(a.Name, names))
			ok = false
		}
		given[a.Name] = a.Value
	}
	for _, x := range p.Parameters {
		if given[x.Name] == "" {
			given[x.Name] = x.Default
		}
		if given[x.Name] == "" {
			im.fault(im.dec.where, at(""), "", fmt.Sprintf("the bundle %s must be told its %s", p.used, x.Name), "write with: {"+x.Name+": …}")
			ok = false
		}
	}
	return given, ok
}

// unfold reads the bundle anew, so that nothing is shared between two includes of it, and fits its
// names into the pathway.
func (im *importer) unfold(d *Definition, p *loadedPart, inc *Include, path string, given map[string]string) []Step {
	fresh, where, _ := parsePart(p.file.File, p.file.Source)
	f := &fitting{prefix: inc.As + "_", given: given, changed: map[string]edits{}}
	for i := range fresh.Steps {
		f.steps = append(f.steps, fresh.Steps[i].ID)
	}
	f.clocks = namesIn(fresh.Clocks, func(k Clock) string { return k.Name })
	for _, u := range expressionsOf(&Definition{Clocks: fresh.Clocks, Steps: fresh.Steps}) {
		f.expressions = append(f.expressions, u.path)
	}
	f.all(fresh)
	for _, name := range f.unset {
		im.fault(where, where.marks[name.path].value, name.path, fmt.Sprintf("the bundle %s declares nothing called %s", p.used, name.word), "declare it under parameters:")
	}
	im.adopt(where, f.path, f.changed)
	for _, s := range f.set {
		to, _ := f.path(s.path)
		if m, given := im.dec.where.marks[path+".with."+s.word]; given {
			im.dec.where.marks[to] = m // what is wrong with it is the pathway's
		}
	}
	im.entered(inc, path, fresh.Steps)
	for i := range fresh.Clocks {
		d.Clocks = append(d.Clocks, relined(fresh.Clocks[i], inc.Line))
	}
	for i := range fresh.Steps {
		fresh.Steps[i] = relined(fresh.Steps[i], inc.Line)
	}
	return fresh.Steps
}

// entered gives the steps that wait for none of the bundle what the include waits for, and lets a
// mistake in it stand where the pathway has it.
func (im *importer) entered(inc *Include, path string, steps []Step) {
	marks := im.dec.where.marks
	for i := range steps {
		s := &steps[i]
		if len(s.After) > 0 || len(inc.After) == 0 {
			continue
		}
		s.After = slices.Clone(inc.After)
		marks["steps."+s.ID+".after"] = marks[path+".after"]
		for j := range inc.After {
			item := fmt.Sprintf(".after[%d]", j)
			marks["steps."+s.ID+item] = marks[path+item]
		}
	}
}

// fitting fits a bundle's names into a pathway.
type fitting struct {
	prefix        string
	given         map[string]string
	steps, clocks []string // the bundle's own
	expressions   []string // the paths of expressions
	changed       map[string]edits
	unset         []param
	set           []param // the texts that are nothing but a parameter
}

// param is a parameter where it stands in the bundle.
type param struct{ path, word string }

// path gives the path that a part of the bundle has in the pathway.
func (f *fitting) path(path string) (string, bool) {
	for _, kind := range []string{"steps.", "clocks."} {
		if rest, ok := strings.CutPrefix(path, kind); ok {
			return kind + f.prefix + rest, true
		}
	}
	return "", false
}

// all fits every text of the bundle's steps and clocks.
func (f *fitting) all(p *Part) {
	for i := range p.Clocks {
		k := &p.Clocks[i]
		f.structure(reflect.ValueOf(k).Elem(), "clocks."+k.Name)
		k.Name = f.prefix + k.Name
	}
	for i := range p.Steps {
		s := &p.Steps[i]
		f.structure(reflect.ValueOf(s).Elem(), "steps."+s.ID)
		s.ID = f.prefix + s.ID
	}
}

func (f *fitting) structure(v reflect.Value, path string) {
	if in, ok := reflect.TypeAssert[*ScoreInput](v.Addr()); ok {
		in.From = f.text(in.From, join(parent(path), in.Name), "inputs")
		return
	}
	for i := range v.NumField() {
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("yaml"), ",")
		if key == "" || key == "-" || key == "id" && path == "steps."+v.Field(i).String() {
			continue
		}
		f.value(v.Field(i), join(path, key), key)
	}
}

func (f *fitting) value(v reflect.Value, path, key string) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			f.value(v.Elem(), path, key)
		}
	case reflect.Struct:
		f.structure(v, path)
	case reflect.Slice:
		for i := range v.Len() {
			f.value(v.Index(i), fmt.Sprintf("%s[%d]", path, i), key)
		}
	case reflect.String:
		v.SetString(f.text(v.String(), path, key))
	}
}

// text fits one text: what is given for the parameters, and the names of the bundle's own steps
// and clocks.
func (f *fitting) text(text, path, key string) string {
	switch {
	case (key == "after" || key == "questions") && slices.Contains(f.steps, text), key == "clock" && slices.Contains(f.clocks, text):
		return f.prefix + text
	}
	text = f.filled(text, path)
	moment := key == "at" || key == "from" || key == "not_after" || key == "on"
	if moment || slices.Contains(f.expressions, path) {
		text = f.prefixed(text, path)
	}
	return text
}

var parameterName = regexp.MustCompile(`\$[a-z][a-z0-9_]*`)

// filled puts in what is given for the parameters.
func (f *fitting) filled(text, path string) string {
	if word := strings.TrimPrefix(text, "$"); word != text && f.given[word] != "" {
		f.set = append(f.set, param{path: path, word: word})
	}
	return f.replace(parameterName, text, path, func(word string) (string, bool) {
		value, ok := f.given[word[1:]]
		if !ok {
			f.unset = append(f.unset, param{path: path, word: word})
		}
		return value, ok
	})
}

// asked finds the first part of dotted names, and texts in quotes, which it must not look into.
var asked = regexp.MustCompile(`"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*`)

// prefixed puts the prefix before the bundle's own steps in an expression or a moment.
func (f *fitting) prefixed(text, path string) string {
	return f.replace(asked, text, path, func(word string) (string, bool) {
		first, rest, isField := strings.Cut(word, ".")
		return f.prefix + first + "." + rest, isField && slices.Contains(f.steps, first)
	})
}

// replace changes the matches that change takes, and notes where.
func (f *fitting) replace(what *regexp.Regexp, text, path string, change func(word string) (string, bool)) string {
	var out strings.Builder
	var pass []edit
	last := 0
	for _, m := range what.FindAllStringIndex(text, -1) {
		to, ok := change(text[m[0]:m[1]])
		if !ok {
			continue
		}
		out.WriteString(text[last:m[0]])
		line, column := endOf(out.String())
		pass = append(pass, edit{line: line, at: column, was: len([]rune(text[m[0]:m[1]])), is: len([]rune(to))})
		out.WriteString(to)
		last = m[1]
	}
	if len(pass) > 0 {
		f.changed[path] = append(f.changed[path], pass)
	}
	return out.String() + text[last:]
}

// endOf gives the line and column, from 0, at which a text ends.
func endOf(text string) (line, column int) {
	return strings.Count(text, "\n"), len([]rune(text[strings.LastIndexByte(text, '\n')+1:]))
}

// relined gives the part of a definition as if it stood in one line: causes cite the pathway's own
// file, where it is brought in.
func relined[T any](x T, line int) T {
	setLines(reflect.ValueOf(&x).Elem(), line)
	return x
}

func setLines(v reflect.Value, line int) {
	switch v.Kind() {
	case reflect.Pointer:
		if !v.IsNil() {
			setLines(v.Elem(), line)
		}
	case reflect.Slice:
		for i := range v.Len() {
			setLines(v.Index(i), line)
		}
	case reflect.Struct:
		for i := range v.NumField() {
			if v.Type().Field(i).Name == "Line" {
				v.Field(i).SetInt(int64(line))
				continue
			}
			setLines(v.Field(i), line)
		}
	}
}
