package compare

import (
	"slices"
	"strings"
)

// Edit is a run of words of a text: both versions have it, or only one.
type Edit struct {
	Op   string `json:"op" enum:"same,removed,added"`
	Text string `json:"text"`
}

// The edits of a text.
const (
	opSame    = "same"
	opRemoved = "removed"
	opAdded   = "added"
)

// maxWords bounds the table of a word diff; a message or an instruction has a tenth of it.
const maxWords = 2000

// wordDiff tells which words went and which came: the longest common subsequence stays.
func wordDiff(from, to string) []Edit {
	a, b := strings.Fields(from), strings.Fields(to)
	if len(a) > maxWords || len(b) > maxWords {
		return []Edit{{opRemoved, from}, {opAdded, to}}
	}
	longest := commonLengths(a, b)
	var edits []Edit
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		switch {
		case i < len(a) && j < len(b) && a[i] == b[j]:
			edits = appendWord(edits, opSame, a[i])
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && longest[i+1][j] >= longest[i][j+1]:
			edits = appendWord(edits, opRemoved, a[i])
			i++
		default:
			edits = appendWord(edits, opAdded, b[j])
			j++
		}
	}
	return edits
}

// commonLengths gives for every pair of ends how many words they have in common, in order.
func commonLengths(a, b []string) [][]int {
	longest := make([][]int, len(a)+1)
	for i := range longest {
		longest[i] = make([]int, len(b)+1)
	}
	for i, x := range slices.Backward(a) {
		for j, y := range slices.Backward(b) {
			if x == y {
				longest[i][j] = longest[i+1][j+1] + 1
				continue
			}
			longest[i][j] = max(longest[i+1][j], longest[i][j+1])
		}
	}
	return longest
}

func appendWord(edits []Edit, op, word string) []Edit {
	if n := len(edits); n > 0 && edits[n-1].Op == op {
		edits[n-1].Text += " " + word
		return edits
	}
	return append(edits, Edit{op, word})
}

// editsInWords shows what went in [-…-] and what came in {+…+}, with a little of what stands around.
func editsInWords(edits []Edit) string {
	parts := make([]string, 0, len(edits))
	for i, e := range edits {
		switch e.Op {
		case opRemoved:
			parts = append(parts, "[-"+e.Text+"-]")
		case opAdded:
			parts = append(parts, "{+"+e.Text+"+}")
		default:
			parts = append(parts, around(e.Text, i == 0, i == len(edits)-1))
		}
	}
	return strings.Join(parts, " ")
}

// aroundWords is how many words are shown on either side of a change.
const aroundWords = 4

func around(text string, first, last bool) string {
	words := strings.Fields(text)
	head, tail := aroundWords, aroundWords
	if first {
		head = 0
	}
	if last {
		tail = 0
	}
	if len(words) <= head+tail+1 {
		return text
	}
	shown := append([]string{}, words[:head]...)
	shown = append(shown, "…")
	return strings.Join(append(shown, words[len(words)-tail:]...), " ")
}
