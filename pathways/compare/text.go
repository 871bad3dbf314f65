package compare

import (
	"cmp"
	"fmt"
	"io"
	"strings"
)

// headings are what the kinds of difference are called above them.
var headings = map[Kind]string{
	Clock: "Deadlines", Ladder: "What happens as time runs out", Owner: "Who", Step: "Steps", Order: "What comes after what",
	Condition: "Conditions", Form: "Forms", Message: "Messages", End: "How it ends", Launch: "For whom it starts",
	Claim: "What it is held to", Fact: "Facts", Language: "Languages", Other: "Other", Text: "Titles, instructions and sources",
}

// Heading is what the kind of difference is called in a list.
func (k Kind) Heading() string { return headings[k] }

// Summary says in a sentence how much differs.
func (c Comparison) Summary() string {
	n, care := len(c.Differences), c.Care()
	switch {
	case n == 0:
		return "They say the same."
	case care == 0:
		return count(n, "difference") + ", in wording only: the pathway acts as before."
	case care == n:
		return count(n, "difference") + " that may change what patients get."
	}
	return fmt.Sprintf("%s: %d may change what patients get, %d only wording.", count(n, "difference"), care, n-care)
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

// WriteText writes the comparison for people: what may change care is marked with an exclamation
// mark, and each difference has its lines in both files.
func (c Comparison) WriteText(w io.Writer) error {
	var b strings.Builder
	fmt.Fprintf(&b, "%s → %s\n%s\n", c.From.name(), c.To.name(), c.Summary())
	var heading Kind
	for _, d := range c.Differences {
		if d.Kind != heading {
			heading = d.Kind
			fmt.Fprintf(&b, "\n%s\n", heading.Heading())
		}
		mark := "!"
		if d.Severity == Wording {
			mark = " "
		}
		fmt.Fprintf(&b, "  %s %s%s\n", mark, d.Sentence, d.lines())
	}
	if _, err := io.WriteString(w, b.String()); err != nil {
		return fmt.Errorf("writing the comparison: %w", err)
	}
	return nil
}

func (v Version) name() string {
	return fmt.Sprintf("%s version %d", cmp.Or(v.Pathway, v.Part), v.Version)
}

func (d Difference) lines() string {
	switch {
	case d.FromLine > 0 && d.ToLine > 0 && d.FromLine == d.ToLine:
		return fmt.Sprintf("  (line %d)", d.ToLine)
	case d.FromLine > 0 && d.ToLine > 0:
		return fmt.Sprintf("  (line %d → %d)", d.FromLine, d.ToLine)
	case d.FromLine > 0:
		return fmt.Sprintf("  (old line %d)", d.FromLine)
	case d.ToLine > 0:
		return fmt.Sprintf("  (new line %d)", d.ToLine)
	}
	return ""
}
