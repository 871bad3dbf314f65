package pathways

import (
	"strings"
)

// positions knows where each part of a definition stands in its file.
type positions struct {
	file  string
	lines []string
	marks map[string]mark // by path; never iterated
}

// mark is where a part stands.
type mark struct {
	key   spot   // its key, or the item of a list
	value spot   // its value
	text  string // the value, where it is a text
	block bool   // the value is a block (| or >)
}

func newPositions(file string, src []byte) *positions {
	return &positions{file: file, lines: strings.Split(string(src), "\n"), marks: map[string]mark{}}
}

// place fills in where the problem stands: at its path, or at the nearest part around it. A
// problem within an expression is moved by its own line and column.
func (w *positions) place(f finding) Problem {
	p := f.Problem
	p.File = w.file
	m, exact := w.find(p.Path)
	at := m.key
	switch {
	case exact && f.inText:
		at = w.within(m, f.line, f.column)
	case exact && f.atValue && m.value.line > 0:
		at = m.value
	}
	if at.line > 0 {
		p.Line, p.Column = at.line, at.column
	}
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
func (w *positions) within(m mark, line, column int) spot {
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
	written := []rune(w.lines[m.value.line-1])
	from := m.value.column - 1
	if from < len(written) && (written[from] == '"' || written[from] == '\'') {
		from++
	}
	if from+column >= len(written)+1 {
		return m.value
	}
	return spot{m.value.line, from + column + 1}
}
