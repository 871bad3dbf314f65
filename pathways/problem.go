package pathways

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"throughline/care"
)

// Severity says whether a problem keeps a definition from being published.
type Severity string

// The severities.
const (
	SeverityError   Severity = "error"
	SeverityWarning Severity = "warning" // legal but odd
)

// Problem is one thing that is wrong with a definition, with its place and what to do about it.
type Problem struct {
	File       string   `json:"file,omitempty"`
	Line       int      `json:"line,omitempty"`   // from 1; 0 where it is not known
	Column     int      `json:"column,omitempty"` // from 1, in characters; 0 where it is not known
	Path       string   `json:"path,omitempty"`   // "steps.contact.when"
	Message    string   `json:"message"`
	Suggestion string   `json:"suggestion,omitempty"`
	Severity   Severity `json:"severity"`
	// Excerpt is the line of the file that the problem stands in, as written.
	Excerpt string `json:"-"`
}

// String gives "file:line:column: message (suggestion)".
func (p Problem) String() string {
	var b strings.Builder
	if p.File != "" {
		b.WriteString(p.File + ":")
	}
	fmt.Fprintf(&b, "%d:%d: ", p.Line, p.Column)
	if p.Severity == SeverityWarning {
		b.WriteString("warning: ")
	}
	b.WriteString(p.Message)
	if p.Suggestion != "" {
		b.WriteString(" (" + p.Suggestion + ")")
	}
	return b.String()
}

// Problems are what is wrong with a definition, in the file's order.
type Problems []Problem

// Errors gives those that keep the definition from being published.
func (ps Problems) Errors() Problems {
	var errs Problems
	for _, p := range ps {
		if p.Severity == SeverityError {
			errs = append(errs, p)
		}
	}
	return errs
}

// String gives one line per problem.
func (ps Problems) String() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Err gives the errors as one care.Invalid error; nil where there are none.
func (ps Problems) Err() error {
	errs := ps.Errors()
	if len(errs) == 0 {
		return nil
	}
	return care.Errorf(care.Invalid, "%s", errs.String())
}

// explain tells whether something about the part could not be read: then what seems missing in it
// need not be.
func (ps Problems) explain(path string) bool {
	return path != "" && slices.ContainsFunc(ps, func(p Problem) bool {
		return p.Path == path || parent(p.Path) == path || p.Path != "" && strings.HasPrefix(path, p.Path+".")
	})
}

// maxProblems bounds an answer: nobody reads more, and a hostile file could make it large.
const maxProblems = 200

// sorted gives the problems in the file's order, each once: those of the pathway's own file first.
func (ps Problems) sorted(own string) Problems {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(otherFile(own, a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
	said := map[string]bool{}
	ps = slices.DeleteFunc(ps, func(p Problem) bool {
		text := p.String()
		again := said[text]
		said[text] = true
		return again
	})
	if len(ps) <= maxProblems {
		return ps
	}
	last := ps[maxProblems-1]
	last.Path, last.Suggestion, last.Severity = "", "mend those above first", SeverityError
	last.Message = fmt.Sprintf("from here on %d more problems are not shown", len(ps)-maxProblems+1)
	return append(ps[:maxProblems-1:maxProblems-1], last)
}

// otherFile puts the pathway's own file before others, and those in the order of their names.
func otherFile(own, a, b string) int {
	switch {
	case a == b:
		return 0
	case a == own:
		return -1
	case b == own:
		return 1
	}
	return cmp.Compare(a, b)
}
