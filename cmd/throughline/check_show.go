package main

import (
	"fmt"
	"os"
	"strings"

	"throughline/pathways"
)

// shown writes the findings, one to a line; for a person at a terminal each with its line of the
// file and a mark under the place.
func shown(found pathways.Problems, atTerminal bool) string {
	var b strings.Builder
	for _, p := range found {
		b.WriteString(p.String() + "\n")
		if !atTerminal || strings.TrimSpace(p.Excerpt) == "" {
			continue
		}
		number := fmt.Sprintf("%5d", p.Line)
		// A tab counts as one character, and so must be as wide as one.
		line, column := window(strings.ReplaceAll(p.Excerpt, "\t", " "), p.Column)
		fmt.Fprintf(&b, "%s | %s\n%s | %s^\n", number, line, strings.Repeat(" ", len(number)), strings.Repeat(" ", column-1))
	}
	return b.String()
}

// window cuts a long line around the column, and gives the column within what is left.
func window(line string, column int) (string, int) {
	const before, width = 60, 100
	runes := []rune(line)
	column = max(min(column, len(runes)+1), 1)
	if from := column - 1 - before; from > 0 && len(runes) > width {
		runes = append([]rune("…"), runes[from:]...)
		column = before + 2
	}
	if len(runes) > width {
		runes = append(runes[:width:width], '…')
	}
	return string(runes), column
}

// isTerminal tells whether a person reads along.
func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
