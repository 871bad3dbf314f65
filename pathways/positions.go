package pathways

import (
	"slices"
	"strings"
)

// written is a file as its author wrote it.
type written struct {
	file  string
	lines []string
}

// line gives a line, from 1; empty where there is none.
func (w *written) line(n int) string {
	if n < 1 || n > len(w.lines) {
		return ""
	}
	return w.lines[n-1]
}

// positions knows where each part of a definition stands in its file.
type positions struct {
	written
	marks map[string]mark // by path; nothing depends on their order
}

// mark is where a part stands.
type mark struct {
	key   spot     // its key, or the item of a list
	value spot     // its value
	block bool     // the value is a block (| or >)
	in    *written // the file, where it came from another than the pathway's own
	edits edits    // what was changed in an expression when its part was imported
}

func newPositions(file string, src []byte) *positions {
	return &positions{written: written{file: file, lines: strings.Split(string(src), "\n")}, marks: map[string]mark{}}
}

// place fills in where the problem stands: at its path, or at the nearest part around it. A
// problem within an expression is moved by its own line and column.
func (w *positions) place(f finding) Problem {
	p := f.Problem
	m, exact := w.find(p.Path)
	in := &w.written
	if m.in != nil {
		in = m.in
	}
	p.File = in.file
	at := m.key
	switch {
	case exact && f.inText:
		at = in.within(m, f.line, m.edits.back(f.line, f.column))
	case exact && f.atValue && m.value.line > 0:
		at = m.value
	}
	if at.line > 0 {
		p.Line, p.Column = at.line, at.column
	}
	p.Excerpt = in.line(p.Line)
	return p
}

// find gives the mark of the path, or of what it is part of.
func (w *positions) find(path string) (m mark, exact bool) {
	for at := path; at != ""; at = parent(at) {
		if m, ok := w.marks[at]; ok {
			return m, at == path
		}
	}
	return mark{key: spot{1, 1}}, false
}

// parent gives the path of what holds the part: "steps.contact.when" → "steps.contact",
// "ends[2]" → "ends".
func parent(path string) string {
	cut := strings.LastIndexAny(path, ".[")
	if cut < 0 {
		return ""
	}
	return path[:cut]
}

// within gives the place of a line and column of a text.
func (w *written) within(m mark, line, column int) spot {
	if m.block {
		at := m.value.line + 1 + line
		if at > len(w.lines) {
			return m.value
		}
		text := w.lines[at-1]
		indent := len(text) - len(strings.TrimLeft(text, " "))
		return spot{at, min(indent+1+column, len([]rune(text))+1)}
	}
	if line > 0 || m.value.line > len(w.lines) || m.value.line < 1 {
		return m.value
	}
	runes := []rune(w.lines[m.value.line-1])
	from := m.value.column - 1
	if from < len(runes) && (runes[from] == '"' || runes[from] == '\'') {
		from++
	}
	if from+column >= len(runes)+1 {
		return m.value
	}
	return spot{m.value.line, from + column + 1}
}

// edit is one change of a text: at a place of the new text, so many characters became so many.
type edit struct{ line, at, was, is int }

// edits are changes of a text, one pass over it after the other.
type edits [][]edit

// back gives the column in the old text of one in the new.
func (es edits) back(line, column int) int {
	for _, pass := range slices.Backward(es) {
		column = before(pass, line, column)
	}
	return column
}

// before gives the column that one had before a pass.
func before(pass []edit, line, column int) int {
	moved := 0
	for _, e := range pass {
		switch {
		case e.line != line || column < e.at:
		case column < e.at+e.is:
			return e.at - moved
		default:
			moved += e.is - e.was
		}
	}
	return column - moved
}
