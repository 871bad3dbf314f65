package template

import (
	"fmt"
	"strings"
	"text/template/parse"

	"throughline/care"
)

// Template is the words of one message in one language.
type Template struct {
	Subject string
	Text    string
	// LinkLabel says on the button what the link does.
	LinkLabel string
	// Fields are the values that the words may name, each with its class.
	Fields map[string]Class
}

// part is one of a template's texts.
type part struct {
	name string // as it stands in Problem.Part
	text string
}

func (t Template) parts() []part {
	return []part{{"subject", t.Subject}, {"text", t.Text}, {"link_label", t.LinkLabel}}
}

// parseWords reads words to nodes of the allowed kinds only; visit is told every field that is named.
func parseWords(text string, visit func(field string, at parse.Pos)) (*parse.ListNode, error) {
	tree := parse.New("words")
	tree.Mode = parse.SkipFuncCheck // functions are refused below, in our words
	trees := map[string]*parse.Tree{}
	if _, err := tree.Parse(text, "", "", trees); err != nil {
		return nil, refuse(lineIn(err), "the braces can't be read: write {{.name}}, or {{if .name}} … {{end}}")
	}
	if len(trees) > 1 {
		return nil, refuse(1, "words within words (define, block, template) are not allowed")
	}
	if tree.Root == nil {
		return &parse.ListNode{}, nil
	}
	return tree.Root, walk(text, tree.Root, visit)
}

func walk(text string, list *parse.ListNode, visit func(string, parse.Pos)) error {
	if list == nil {
		return nil
	}
	for _, node := range list.Nodes {
		switch n := node.(type) {
		case *parse.TextNode, *parse.CommentNode:
		case *parse.ActionNode:
			field, err := fieldOf(text, n.Pipe)
			if err != nil {
				return err
			}
			visit(field, n.Pos)
		case *parse.IfNode:
			field, err := fieldOf(text, n.Pipe)
			if err != nil {
				return err
			}
			visit(field, n.Pos)
			if err := walk(text, n.List, visit); err != nil {
				return err
			}
			if err := walk(text, n.ElseList, visit); err != nil {
				return err
			}
		default:
			return refuse(lineAt(text, node.Position()), "only {{.name}} and {{if .name}} … {{else}} … {{end}} are allowed")
		}
	}
	return nil
}

// fieldOf gives the one field that the pipe is.
func fieldOf(text string, pipe *parse.PipeNode) (string, error) {
	if len(pipe.Decl) == 0 && len(pipe.Cmds) == 1 && len(pipe.Cmds[0].Args) == 1 {
		if field, ok := pipe.Cmds[0].Args[0].(*parse.FieldNode); ok {
			return strings.Join(field.Ident, "."), nil
		}
	}
	return "", refuse(lineAt(text, pipe.Pos), "%q is not the name of a value: write {{.visit.start}}, with the dot before it", pipe.String())
}

func lineAt(text string, at parse.Pos) int {
	return 1 + strings.Count(text[:min(int(at), len(text))], "\n")
}

// lineIn finds the line in the parser's error, "template: words:3: …".
func lineIn(err error) int {
	var line int
	if _, scanErr := fmt.Sscanf(err.Error(), "template: words:%d:", &line); scanErr != nil {
		return 1
	}
	return line
}

// syntaxError is words that can't be read.
type syntaxError struct {
	line  int
	cause *care.Error
}

func refuse(line int, format string, args ...any) error {
	return &syntaxError{line: line, cause: care.Errorf(care.Invalid, format, args...)}
}

func (e *syntaxError) Error() string { return e.cause.Message }

// Unwrap gives the care.Error.
func (e *syntaxError) Unwrap() error { return e.cause }
