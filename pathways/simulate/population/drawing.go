package population

import (
	"encoding/xml"
	"fmt"
	"strings"
)

// drawing writes SVG. Texts are escaped; numbers have one place, so that the same picture has the
// same bytes on every machine.
type drawing struct {
	strings.Builder
	width, height float64
}

func (d *drawing) tagf(format string, args ...any) {
	fmt.Fprintf(&d.Builder, format+"\n", args...)
}

func (d *drawing) rect(x, y, w, h float64, class, title string) {
	if w <= 0 || h <= 0 {
		return
	}
	if title == "" {
		d.tagf(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"/>`, class, x, y, w, h)
		return
	}
	d.tagf(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f"><title>%s</title></rect>`, class, x, y, w, h, escaped(title))
}

func (d *drawing) line(x1, y1, x2, y2 float64, class string) {
	d.tagf(`<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f"/>`, class, x1, y1, x2, y2)
}

func (d *drawing) text(x, y float64, class, text string) {
	d.tagf(`<text class="%s" x="%.1f" y="%.1f">%s</text>`, class, x, y, escaped(text))
}

func (d *drawing) path(class string, points []point) {
	if len(points) == 0 {
		return
	}
	var at strings.Builder
	for i, p := range points {
		step := " L"
		if i == 0 {
			step = "M"
		}
		fmt.Fprintf(&at, "%s%.1f %.1f", step, p.x, p.y)
	}
	d.tagf(`<path class="%s" d="%s"/>`, class, at.String())
}

type point struct{ x, y float64 }

// whole gives the picture with its frame. The title and the description are what a screen reader
// says.
func (d *drawing) whole(title, description string) string {
	var out strings.Builder
	fmt.Fprintf(&out, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %.0f %.0f" width="%.0f" height="%.0f" role="img" aria-labelledby="t d">`+"\n", d.width, d.height, d.width, d.height)
	fmt.Fprintf(&out, "<title id=\"t\">%s</title>\n<desc id=\"d\">%s</desc>\n%s\n", escaped(title), escaped(description), styles)
	fmt.Fprintf(&out, `<rect class="paper" x="0" y="0" width="%.0f" height="%.0f"/>`+"\n", d.width, d.height)
	out.WriteString(d.String())
	out.WriteString("</svg>\n")
	return out.String()
}

// styles use colours that are told apart without red and green (Okabe and Ito), and hatching for what
// is late, so that a print in grey says the same.
const styles = `<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><rect width="6" height="6" fill="#d55e00"/><line x1="0" y1="0" x2="0" y2="6" stroke="#fff" stroke-width="1.6"/></pattern></defs>
<style>
text{font-family:system-ui,"Segoe UI",Helvetica,Arial,sans-serif;font-size:13px;fill:#1b1f24}
.paper{fill:#fff}.h1{font-size:19px;font-weight:600}.h2{font-size:15px;font-weight:600}.dim{fill:#57606a}.end{text-anchor:end}.small{font-size:11px;fill:#57606a}.small.end{text-anchor:end}.mid{text-anchor:middle;font-size:11px;fill:#57606a}
.ontime{fill:#0072b2}.late{fill:url(#hatch)}.off{fill:#c9ced6}.work{fill:#56b4e9}.weekend{fill:#f3f4f6}.axis{stroke:#8c959f;stroke-width:1}.grid{stroke:#e1e4e8;stroke-width:1}
.capacity{fill:none;stroke:#1b1f24;stroke-width:1.5;stroke-dasharray:5 4}.backlog{fill:none;stroke:#d55e00;stroke-width:2}
</style>`

func escaped(text string) string {
	var out strings.Builder
	_ = xml.EscapeText(&out, []byte(text)) // a Builder takes everything
	return out.String()
}

// wrapped breaks a text into lines of at most so many letters.
func wrapped(text string, letters int) []string {
	var lines []string
	line := ""
	for word := range strings.FieldsSeq(text) {
		if line != "" && len([]rune(line))+1+len([]rune(word)) > letters {
			lines = append(lines, line)
			line = ""
		}
		line = strings.TrimSpace(line + " " + word)
	}
	return append(lines, line)
}
