package pathways

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// Place gives where an expression of the definition stands: its part, as causes name it
// ("ends[1]" is the first), and its line. Where the same expression stands in several places, it is
// the one of the step; empty where the definition does not hold it.
func (p *Program) Place(expr, step string) (rule string, line int) {
	for _, u := range p.uses {
		if u.text != expr || rule != "" && (u.step != step || step == "") {
			continue
		}
		if rule, line = fromOne(u.path), u.line; u.step == step {
			return rule, line
		}
	}
	return rule, line
}

var counted = regexp.MustCompile(`\[\d+\]`)

// fromOne counts the items of lists from one.
func fromOne(path string) string {
	return counted.ReplaceAllStringFunc(path, func(at string) string {
		n, err := strconv.Atoi(strings.Trim(at, "[]"))
		if err != nil {
			return at
		}
		return fmt.Sprintf("[%d]", n+1)
	})
}
