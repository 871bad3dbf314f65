package pathways

import "reflect"

// Document is a YAML file beside a pathway, such as a scenario of a population, that was read with
// the same care as a definition: unknown keys are problems, and every part has its place.
type Document struct{ where *positions }

// ReadDocument reads a YAML file into the struct, or the list of structs, that into points to, by its
// yaml tags. A list whose
// elements have a Name that YAML leaves out ("-") is written as names with what belongs to each. A
// type that reads itself from a text (encoding.TextUnmarshaler) does so from a single value.
func ReadDocument(file string, src []byte, into any) (*Document, Problems) {
	dec, root := read(file, src, "scenario")
	target := reflect.ValueOf(into).Elem()
	switch {
	case root == nil:
	case target.Kind() == reflect.Slice:
		dec.list(root, target, "")
	case entriesOf(root) == nil:
		dec.fault(startOf(root), "", "the file must be keys with values", "write key: value, one to a line")
	default:
		dec.structure(root, target, "")
	}
	return &Document{where: dec.where}, dec.problems.sorted(file)
}

// Problem gives an error at the part with the path ("steps.contact.reached"), or at what it is part
// of where it is missing.
func (d *Document) Problem(path, message, suggestion string) Problem {
	p := Problem{Path: path, Message: message, Suggestion: suggestion, Severity: SeverityError}
	return d.where.place(finding{Problem: p, atValue: true})
}

// NameProblem gives an error at the name itself, where a part is called by a name that nothing has.
func (d *Document) NameProblem(path, message, suggestion string) Problem {
	return d.where.place(finding{Problem: Problem{Path: path, Message: message, Suggestion: suggestion, Severity: SeverityError}})
}

// Suggest says which of the words may have been meant, or lists them where none is near.
func Suggest(word string, words []string) string { return suggest(word, words) }
