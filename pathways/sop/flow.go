package sop

import (
	"fmt"
	"html"
	"slices"
	"strings"

	"throughline/pathways"
)

// level is a column of the picture: steps that come after those of the levels before.
type level struct{ Steps []box }

// box is a step in the picture.
type box struct {
	Number      int
	Title, Kind string
	Track       string
	Optional    bool
	After       []int // the boxes it comes after
	Asks        []int // the boxes that its condition asks
}

// levelsOf puts every step after what it waits for or asks about. A step that waits for itself in a
// circle, which no published pathway has, stands where the circle is cut.
func levelsOf(d *pathways.Definition) []level {
	boxes := make([]box, 0, len(d.Steps))
	for i := range d.Steps {
		boxes = append(boxes, boxOf(d, i))
	}
	depth := depths(boxes)
	levels := make([]level, 0, 4)
	for at := range boxes {
		var l level
		for i, b := range boxes {
			if depth[i] == at {
				l.Steps = append(l.Steps, b)
			}
		}
		if len(l.Steps) > 0 {
			levels = append(levels, l)
		}
	}
	return levels
}

// depths tells how many steps are on the longest way to each.
func depths(boxes []box) []int {
	depth := make([]int, len(boxes))
	for range boxes { // the longest way has no more steps than there are
		for i, b := range boxes {
			for _, before := range slices.Concat(b.After, b.Asks) {
				depth[i] = min(max(depth[i], depth[before]+1), len(boxes)-1)
			}
		}
	}
	return depth
}

func boxOf(d *pathways.Definition, i int) box {
	s := &d.Steps[i]
	b := box{Number: i + 1, Title: s.InWords(), Kind: kindInWords(s), Optional: s.Optional}
	if worked(s) {
		b.Kind += " · " + pathways.Plain(d.OwnerOf(s))
	}
	conditions := []string{s.When}
	if t := d.TrackOf(s.ID); t != nil {
		b.Track = trackOf(d, t).Title
		conditions = append(conditions, t.When)
	}
	if s.Message != nil {
		conditions = append(conditions, s.Message.At)
	}
	for j := range d.Steps {
		id := d.Steps[j].ID
		switch {
		case j == i:
		case slices.Contains(s.After, id):
			b.After = append(b.After, j)
		case slices.ContainsFunc(conditions, func(text string) bool { return asks(text, id) }):
			b.Asks = append(b.Asks, j)
		}
	}
	return b
}

// asks tells whether a condition or a moment speaks of the step.
func asks(text, id string) bool {
	for at := 0; ; {
		i := strings.Index(text[at:], id+".")
		if i < 0 {
			return false
		}
		i += at
		if i == 0 || !partOfName(text[i-1]) {
			return true
		}
		at = i + 1
	}
}

func partOfName(b byte) bool {
	return b == '_' || b == '.' || b >= 'a' && b <= 'z' || b >= 'A' && b <= 'Z' || b >= '0' && b <= '9'
}

// The measures of the picture, in its own units.
const (
	boxWidth   = 176
	columnGap  = 46
	rowGap     = 14
	margin     = 8
	lineHeight = 14
	lettersIn  = 27 // letters in a line of a box
	topOfPage  = 22 // for the headings of the columns
)

type placed struct {
	box
	x, y, height int
	lines        []string
}

// picture draws the steps in order, left to right: what comes after what, and what asks what.
func picture(levels []level, name string) string {
	boxes, width, height := place(levels)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" class="flow" viewBox="0 0 %d %d" role="img" aria-label="The steps of %s in order">`,
		width, height, html.EscapeString(name))
	b.WriteString(`<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto"><path d="M0 0 8 4 0 8z"/></marker></defs>`)
	for i := range levels {
		heading := "then"
		if i == 0 {
			heading = "opens without waiting for another step"
		}
		fmt.Fprintf(&b, `<text class="column" x="%d" y="13">%s</text>`, margin+i*(boxWidth+columnGap), heading)
	}
	for _, p := range boxes {
		for _, j := range p.After {
			drawArrow(&b, find(boxes, j+1), p, "after")
		}
		for _, j := range p.Asks {
			drawArrow(&b, find(boxes, j+1), p, "asks")
		}
	}
	for _, p := range boxes {
		drawBox(&b, p)
	}
	b.WriteString(`</svg>`)
	return b.String()
}

func place(levels []level) (boxes []placed, width, height int) {
	for i, l := range levels {
		y := topOfPage
		for _, s := range l.Steps {
			lines := wrap(fmt.Sprintf("%d  %s", s.Number, s.Title), lettersIn)
			p := placed{box: s, x: margin + i*(boxWidth+columnGap), y: y, lines: lines}
			p.height = (len(lines)+1)*lineHeight + 12
			if s.Track != "" {
				p.height += lineHeight
			}
			boxes = append(boxes, p)
			y += p.height + rowGap
		}
		height = max(height, y)
	}
	return boxes, 2*margin + len(levels)*(boxWidth+columnGap) - columnGap, height
}

func find(boxes []placed, number int) placed {
	i := slices.IndexFunc(boxes, func(p placed) bool { return p.Number == number })
	return boxes[i]
}

func drawArrow(b *strings.Builder, from, to placed, class string) {
	x1, y1 := from.x+boxWidth, from.y+from.height/2
	x2, y2 := to.x, to.y+to.height/2
	if x2 <= x1 { // backwards, in a circle
		x1, x2 = from.x+boxWidth/2, to.x+boxWidth/2
	}
	fmt.Fprintf(b, `<path class="%s" marker-end="url(#arrow)" d="M%d %dC%d %d %d %d %d %d"/>`,
		class, x1, y1, x1+columnGap/2, y1, x2-columnGap/2, y2, x2-2, y2)
}

func drawBox(b *strings.Builder, p placed) {
	class := "step"
	if p.Optional {
		class += " optional"
	}
	if p.Track != "" {
		class += " track"
	}
	fmt.Fprintf(b, `<g class="%s"><rect x="%d" y="%d" width="%d" height="%d" rx="5"/>`, class, p.x, p.y, boxWidth, p.height)
	y := p.y + lineHeight + 2
	if p.Track != "" {
		fmt.Fprintf(b, `<text class="kind" x="%d" y="%d">Track: %s</text>`, p.x+8, y, html.EscapeString(shorten(p.Track, lettersIn-5)))
		y += lineHeight
	}
	for _, line := range p.lines {
		fmt.Fprintf(b, `<text x="%d" y="%d">%s</text>`, p.x+8, y, html.EscapeString(line))
		y += lineHeight
	}
	fmt.Fprintf(b, `<text class="kind" x="%d" y="%d">%s</text></g>`, p.x+8, y, html.EscapeString(shorten(p.Kind, lettersIn+4)))
}

// wrap breaks a title into lines.
func wrap(text string, letters int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > letters {
			lines = append(lines, line)
			line = ""
		}
		if line != "" {
			line += " "
		}
		line += word
	}
	return append(lines, line)
}

func shorten(text string, letters int) string {
	if r := []rune(text); len(r) > letters {
		return string(r[:letters-1]) + "…"
	}
	return text
}
