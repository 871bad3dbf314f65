package pathways

import (
	"slices"
	"strings"
)

// nearest gives the candidate that was probably meant by the word; empty where none is near
// enough. Of equally near ones the first counts.
func nearest(word string, candidates []string) string {
	best, bestDistance := "", 1+max(1, len([]rune(word))/3)
	for _, c := range candidates {
		if strings.EqualFold(word, c) {
			return c
		}
	}
	for _, c := range candidates {
		if d := distance([]rune(word), []rune(c), bestDistance); d < bestDistance {
			best, bestDistance = c, d
		}
	}
	return best
}

// distance counts the slips of a finger between two words: a letter too many, too few, wrong, or
// two in the wrong order (optimal string alignment). It may stop at limit.
func distance(a, b []rune, limit int) int {
	if len(a)-len(b) >= limit || len(b)-len(a) >= limit {
		return limit
	}
	before, row, next := make([]int, len(b)+1), make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i, x := range a {
		next[0] = i + 1
		for j, y := range b {
			change := row[j]
			if x != y {
				change++
			}
			next[j+1] = min(change, next[j]+1, row[j+1]+1)
			if i > 0 && j > 0 && x == b[j-1] && a[i-1] == y {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row, next = row, next, before
	}
	return row[len(b)]
}

// suggest writes "did you mean …?", or lists what there is where nothing is near.
func suggest(word string, candidates []string) string {
	if near := nearest(word, candidates); near != "" {
		return "did you mean \"" + near + "\"?"
	}
	if len(candidates) == 0 || len(candidates) > 12 {
		return ""
	}
	return "use one of: " + joinSorted(candidates)
}

func joinSorted(words []string) string {
	sorted := slices.Clone(words)
	slices.Sort(sorted)
	return strings.Join(slices.Compact(sorted), ", ")
}
