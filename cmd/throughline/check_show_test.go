package main

import (
	"encoding/json"
	"strings"
	"testing"

	"throughline/pathways"
)

func TestShownPointsAtThePlace(t *testing.T) {
	src := "pathway: x\nversion: 1\ntitel: X\n"
	_, problems := pathways.Load("x.yaml", []byte(src))
	plain, marked := shown(problems, false), shown(problems, true)
	if strings.Contains(plain, "^") || strings.Count(plain, "\n") != len(problems) {
		t.Errorf("without a terminal there is more than a line for each:\n%s", plain)
	}
	want := "x.yaml:3:1: unknown key \"titel\" (did you mean \"title\"?)\n    3 | titel: X\n      | ^\n"
	if !strings.Contains(marked, want) {
		t.Errorf("got\n%s\nwant in it\n%s", marked, want)
	}
}

func TestShownKeepsALongLineShort(t *testing.T) {
	line := strings.Repeat("a", 300) + "X" + strings.Repeat("b", 300)
	text := shown(pathways.Problems{{File: "x", Line: 7, Column: 301, Message: "here", Excerpt: line}}, true)
	lines := strings.Split(text, "\n")
	excerpt, mark := []rune(lines[1]), []rune(lines[2])
	if len(excerpt) > 120 || excerpt[len(mark)-1] != 'X' {
		t.Errorf("the mark is not under the X:\n%s", text)
	}
}

// A good file is not said to be more than it is, in words and in JSON.
func TestCheckSaysWhatItCannotTell(t *testing.T) {
	c, err := checkFile("../../pathways/library/ed-followup.yaml", pathways.LibraryParts())
	if err != nil {
		t.Fatal(err)
	}
	var text strings.Builder
	c.writeExplored(&text, c.Explored)
	raw, err := json.Marshal(c)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"A person pauses the pathway, or skips a step: tried in", "moved to another version", "Holidays"} {
		if !strings.Contains(text.String(), want) || !strings.Contains(string(raw), want) {
			t.Errorf("nothing is said of %q:\n%s", want, &text)
		}
	}
}
