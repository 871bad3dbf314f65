package pathways

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// maxFileBytes bounds a definition's file; the largest that ships has a tenth of it.
const maxFileBytes = 256 << 10

// maxNesting bounds how deep brackets and dashes nest; a definition needs six.
const maxNesting = 40

// Parse reads a definition from YAML. Keys it does not know, anchors, aliases and tags are
// errors. The definition holds whatever could be read, also beside problems; it is nil where
// nothing could. What it says is not checked: see Load and Check.
func Parse(file string, src []byte) (*Definition, Problems) {
	d, _, problems := parse(file, src)
	return d, problems
}

// Load parses and checks a definition, with every problem at its line and column.
func Load(file string, src []byte) (*Definition, Problems) {
	d, where, problems := parse(file, src)
	if d == nil {
		return nil, problems
	}
	unread := problems
	for _, f := range check(d) {
		if !unread.explain(f.Path) {
			problems = append(problems, where.place(f))
		}
	}
	return d, problems.sorted()
}

func parse(file string, src []byte) (*Definition, *positions, Problems) {
	src = bytes.ReplaceAll(src, []byte("\r\n"), []byte("\n"))
	where := newPositions(file, src)
	if p := unreadable(src); p != nil {
		p.File = file
		return nil, where, Problems{*p}
	}
	root, p := parseYAML(src)
	if p != nil {
		p.File = file
		return nil, where, Problems{*p}
	}
	dec := &decoder{where: where}
	dec.refuseReferences(root)
	if len(dec.problems) > 0 {
		return nil, where, dec.problems.sorted()
	}
	d := dec.definition(root)
	return d, where, dec.problems.sorted()
}

var manyDashes = regexp.MustCompile(fmt.Sprintf(`(?m)^[ \t]*([-?:][ \t]+){%d}`, maxNesting))

// unreadable refuses what should not reach the YAML parser.
func unreadable(src []byte) *Problem {
	refuse := func(line int, message, suggestion string) *Problem {
		return &Problem{Line: line, Column: 1, Message: message, Suggestion: suggestion, Severity: SeverityError}
	}
	switch {
	case len(src) > maxFileBytes:
		return refuse(1, fmt.Sprintf("the file is larger than %d KiB", maxFileBytes>>10), "split it into several pathways")
	case !utf8.Valid(src) || bytes.IndexByte(src, 0) >= 0:
		return refuse(1, "the file is not UTF-8 text", "save it as UTF-8")
	case len(bytes.TrimSpace(src)) == 0:
		return refuse(1, "the file is empty", "start with pathway:, version: and title:")
	}
	if at := manyDashes.FindIndex(src); at != nil {
		return refuse(1+bytes.Count(src[:at[0]], []byte("\n")), "lists are nested too deep", "")
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
func parseYAML(src []byte) (root ast.Node, problem *Problem) {
	defer func() {
		if r := recover(); r != nil {
			root, problem = nil, &Problem{Line: 1, Column: 1, Message: "the file cannot be read as YAML", Severity: SeverityError}
		}
	}()
	file, err := parser.ParseBytes(src, 0)
	if err != nil {
		return nil, yamlProblem(err)
	}
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		return nil, &Problem{Line: 1, Column: 1, Message: "the file holds no pathway", Suggestion: "start with pathway:, version: and title:", Severity: SeverityError}
	case 1:
		return bodies[0], nil
	}
	at := startOf(bodies[1])
	return nil, &Problem{Line: at.line, Column: at.column, Message: "a file holds one pathway, and this one has a second document", Suggestion: "remove the --- and put the second pathway into a file of its own", Severity: SeverityError}
}

func yamlProblem(err error) *Problem {
	p := &Problem{Line: 1, Column: 1, Message: "the file cannot be read as YAML", Severity: SeverityError}
	var fault *yaml.SyntaxError
	if !errors.As(err, &fault) {
		return p
	}
	p.Message += ": " + firstLine(fault.Message)
	if fault.Token != nil && fault.Token.Position != nil {
		p.Line, p.Column = max(fault.Token.Position.Line, 1), max(fault.Token.Position.Column, 1)
	}
	if strings.Contains(fault.Message, "\t") {
		p.Message, p.Suggestion = "the file cannot be read as YAML: a tab stands where only spaces may", "indent with spaces"
	}
	return p
}

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
