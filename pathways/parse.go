package pathways

import (
	"bytes"
	"fmt"
	"regexp"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFileBytes bounds a definition's file; the largest that ships has a tenth of it.
const maxFileBytes = 256 << 10

// maxLines bounds how many lines it has: reading takes the square of the keys of one mapping.
const maxLines = 5_000

// maxNesting bounds how deep brackets and dashes nest; a definition needs six.
const maxNesting = 40

// Parse reads a definition from YAML, with the parts of the library that it uses. Keys it does not
// know, anchors, aliases and tags are errors. The definition holds whatever could be read, also
// beside problems; it is nil where nothing could. What it says is not checked: see Load and Check.
func Parse(file string, src []byte) (*Definition, Problems) {
	return ParseWith(file, src, LibraryParts())
}

// ParseWith is Parse with the parts that there are.
func ParseWith(file string, src []byte, parts Parts) (*Definition, Problems) {
	r := parse(file, src, parts)
	return r.d, r.problems.sorted(file)
}

// Load parses and checks a definition that may use the library's parts, with every problem at its
// line and column.
func Load(file string, src []byte) (*Definition, Problems) {
	return LoadWith(file, src, LibraryParts())
}

// LoadWith is Load with the parts that there are. What is wrong within a part stands at its place
// in the part's own file.
func LoadWith(file string, src []byte, parts Parts) (*Definition, Problems) {
	r := parse(file, src, parts)
	if !r.whole {
		return r.d, r.problems.sorted(file)
	}
	problems := r.problems
	for _, f := range told(check(r.d), len(r.problems.Errors()) > 0) {
		if !r.problems.explain(f.Path) && (!f.leans || !r.lost) {
			problems = append(problems, r.where.place(f))
		}
	}
	return r.d, problems.sorted(file)
}

// reading is a file as far as it could be read.
type reading struct {
	d        *Definition // nil where nothing could
	where    *positions
	problems Problems
	lost     bool // a value could not be read, so that what leans on it may seem wrong
	whole    bool // everything that it uses was found, so that it can be checked
}

// parse reads the file and brings in what it uses.
func parse(file string, src []byte, parts Parts) reading {
	dec, root := read(file, src, "pathway")
	r := reading{where: dec.where}
	if root != nil {
		r.d = dec.definition(root)
	}
	if r.d != nil {
		im := &importer{dec: dec, parts: parts, loaded: map[string]*loadedPart{}}
		r.whole = im.into(r.d)
	}
	r.problems, r.lost = dec.problems, dec.lost
	return r
}

// read gives the tree of a file that holds a pathway, or a part of one; nil where that is not to
// be had, and then the decoder holds the problem.
func read(file string, src []byte, holds string) (*decoder, ast.Node) {
	src = bytes.TrimPrefix(oneLineEnd(src), []byte("\ufeff"))
	dec := &decoder{where: newPositions(file, src)}
	p := unreadable(src)
	var root ast.Node
	if p == nil {
		root, p = parseYAML(src, holds)
	}
	if p != nil {
		p.File, p.Excerpt = file, dec.where.line(p.Line)
		dec.problems = append(dec.problems, *p)
		return dec, nil
	}
	dec.refuseReferences(root)
	if len(dec.problems) > 0 {
		return dec, nil
	}
	return dec, root
}

// oneLineEnd ends lines as Unix does, whatever the editor's system does.
func oneLineEnd(src []byte) []byte {
	return bytes.ReplaceAll(bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
}

var manyDashes = regexp.MustCompile(fmt.Sprintf(`(?m)^[ \t]*([-?:][ \t]+){%d}`, maxNesting))

// oddSpace finds spaces before a line that look like spaces and are others.
var oddSpace = regexp.MustCompile(`(?m)^[ \t]*[\x{00a0}\x{2000}-\x{200b}\x{202f}\x{3000}\x{feff}]`)

func lineOf(src []byte, at int) int { return 1 + bytes.Count(src[:at], []byte("\n")) }

// invalidAt gives where the text stops being UTF-8.
func invalidAt(src []byte) int {
	at := 0
	for at < len(src) {
		r, size := utf8.DecodeRune(src[at:])
		if r == utf8.RuneError && size <= 1 {
			break
		}
		at += size
	}
	return at
}

// unreadable refuses what should not reach the YAML parser.
func unreadable(src []byte) *Problem {
	refuse := func(line int, message, suggestion string) *Problem {
		return &Problem{Line: line, Column: 1, Message: message, Suggestion: suggestion, Severity: SeverityError}
	}
	switch {
	case len(src) > maxFileBytes:
		return refuse(1, fmt.Sprintf("the file is larger than %d KiB", maxFileBytes>>10), "split it into several pathways")
	case bytes.HasPrefix(src, []byte("PK\x03\x04")):
		return refuse(1, "the file is a document of a word processor or an archive", "save it as plain text")
	case bytes.HasPrefix(src, []byte("\xff\xfe")) || bytes.HasPrefix(src, []byte("\xfe\xff")):
		return refuse(1, "the file is saved as UTF-16, which some programs call Unicode", "save it as UTF-8")
	case !utf8.Valid(src):
		return refuse(lineOf(src, invalidAt(src)), "the file is not UTF-8 text", "save it as UTF-8")
	case bytes.IndexByte(src, 0) >= 0:
		return refuse(lineOf(src, bytes.IndexByte(src, 0)), "the line holds a character that is no text (NUL)", "delete it and write it again")
	case bytes.Count(src, []byte("\n")) > maxLines:
		return refuse(1, fmt.Sprintf("the file has more than %d lines", maxLines), "split it into several pathways")
	case len(bytes.TrimSpace(src)) == 0:
		return refuse(1, "the file is empty", "start with pathway:, version: and title:")
	}
	if at := manyDashes.FindIndex(src); at != nil {
		return refuse(lineOf(src, at[0]), "lists are nested too deep", "")
	}
	if at := oddSpace.FindIndex(src); at != nil {
		return refuse(lineOf(src, at[0]), "the line begins with spaces that are no ordinary ones", "delete them and press the space bar; they come from a word processor or a web page")
	}
	if line := bracketsTooDeep(src); line > 0 {
		return refuse(line, "brackets are nested too deep", "")
	}
	return nil
}

// bracketsTooDeep gives the line where brackets nest too deep, 0 where they do not. Brackets in
// texts count too: no honest text holds that many open ones.
func bracketsTooDeep(src []byte) int {
	depth, line := 0, 1
	for _, b := range src {
		switch b {
		case '\n':
			line++
		case '[', '{':
			depth++
		case ']', '}':
			depth = max(depth-1, 0)
		}
		if depth > maxNesting {
			return line
		}
	}
	return 0
}

// parseYAML gives the document's root. The parser is fuzzed, but it is not ours: should it fail
// badly, that is a problem of this file and of nothing else.
func parseYAML(src []byte, holds string) (root ast.Node, problem *Problem) {
	defer func() {
		if r := recover(); r != nil {
			root, problem = nil, &Problem{Line: 1, Column: 1, Message: "the file cannot be read as YAML", Severity: SeverityError}
		}
	}()
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, yamlProblem(src, err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, &Problem{Line: 1, Column: 1, Message: "the file holds no " + holds, Suggestion: startWith(holds), Severity: SeverityError}
	case 1:
		return bodies[0], nil
	}
	at := startOf(bodies[1])
	return nil, &Problem{Line: at.line, Column: at.column, Message: "a file holds one " + holds + ", and this one has a second document", Suggestion: "remove the --- and put the second " + holds + " into a file of its own", Severity: SeverityError}
}

// startWith says how a file begins.
func startWith(holds string) string { return "start with " + holds + ":, version: and title:" }

// refuseReferences keeps out anchors, aliases, tags and merges: a reader of the file sees what
// runs, and a small file stays small.
func (dec *decoder) refuseReferences(root ast.Node) {
	ast.Walk(referenceFinder{dec}, root)
}

type referenceFinder struct{ dec *decoder }

// Visit implements ast.Visitor.
func (f referenceFinder) Visit(n ast.Node) ast.Visitor {
	var what string
	switch n.(type) {
	case *ast.AnchorNode:
		what = "an anchor (&)"
	case *ast.AliasNode:
		what = "an alias (*)"
	case *ast.TagNode:
		what = "a tag (!)"
	case *ast.MergeKeyNode:
		what = "a merge (<<)"
	case *ast.DirectiveNode:
		what = "a directive (%)"
	case *ast.MappingKeyNode:
		what = "a key with ?"
	case *ast.InfinityNode, *ast.NanNode:
		what = "a number that is none (.inf or .nan)"
	default:
		return f
	}
	f.dec.fault(startOf(n), "", what+" has no place in a pathway", "write it out; a text that begins with this sign stands in quotes")
	return nil
}

// spot is a place in the file, from 1.
type spot struct{ line, column int }

func spotOf(t *token.Token) spot {
	if t == nil || t.Position == nil {
		return spot{}
	}
	return spot{t.Position.Line, t.Position.Column}
}

// startOf gives the place where a node begins. A mapping begins with its first key.
func startOf(n ast.Node) spot {
	switch x := n.(type) {
	case *ast.MappingNode:
		if len(x.Values) > 0 && !x.IsFlowStyle {
			return startOf(x.Values[0])
		}
	case *ast.MappingValueNode:
		if x.Key != nil {
			return spotOf(x.Key.GetToken())
		}
	}
	if n == nil {
		return spot{}
	}
	return spotOf(n.GetToken())
}

// Place gives problems that were found otherwise than by LoadWith their place in the file, by their
// paths. What has no place of its own keeps its line.
func Place(file string, src []byte, parts Parts, problems Problems) Problems {
	r := parse(file, src, parts)
	placed := make(Problems, len(problems))
	for i, p := range problems {
		placed[i] = r.where.place(finding{Problem: p})
		if _, exact := r.where.find(p.Path); !exact && p.Line > 0 {
			placed[i].Line, placed[i].Column = p.Line, 1
		}
	}
	return placed
}
