package population

import (
	"fmt"
	"io"
	"math"
	"strings"
)

// The picture's measures, in pixels.
const (
	pictureWidth = 960
	margin       = 32
	nameWidth    = 190 // of the names of bars
	barHeight    = 18
	barGap       = 8
	chartHeight  = 150
	lineHeight   = 20
)

// WriteSVG draws the report: how deadlines were kept, the work of each role day by day, and the ends.
func (r *Report) WriteSVG(out io.Writer) error {
	d := &drawing{width: pictureWidth}
	y := d.heading(margin+6, r.Title, r.headline(), fmt.Sprintf("%s: %d patients from %s to %s, seed %d", version(r), r.Patients, r.From, r.To, r.Seed))
	y = d.deadlineBars(y, "Deadlines", []*Report{r})
	for _, role := range r.Roles {
		if role.Opened > 0 {
			y = d.roleDays(y, role)
		}
	}
	y = d.endBars(y, []*Report{r})
	d.height = y + margin/2
	return written(out, d.whole(r.Title, r.headline()))
}

// WriteSVG draws both versions side by side.
func (c *Comparison) WriteSVG(out io.Writer) error {
	d := &drawing{width: pictureWidth}
	y := d.heading(margin+6, c.After.Title, c.Summary, fmt.Sprintf("%s above, %s below; the same %d patients, seed %d", version(c.Before), version(c.After), c.After.Patients, c.After.Seed))
	both := []*Report{c.Before, c.After}
	y = d.deadlineBars(y, "Deadlines", both)
	y = d.endBars(y, both)
	d.height = y + margin/2
	return written(out, d.whole(c.After.Title, c.Summary))
}

func written(out io.Writer, picture string) error {
	if _, err := io.WriteString(out, picture); err != nil {
		return fmt.Errorf("writing the picture: %w", err)
	}
	return nil
}

// headline is the first thing that is said: how many people it takes, where that was asked.
func (r *Report) headline() string {
	if len(r.Staffing) == 0 {
		return r.Summary
	}
	said := make([]string, len(r.Staffing))
	for i, s := range r.Staffing {
		said[i] = s.sentence()
	}
	return strings.Join(said, " ")
}

func (d *drawing) heading(y float64, title, summary, below string) float64 {
	d.text(margin, y, "h1", title)
	y += lineHeight + 6
	const letters = 118
	for _, line := range wrapped(summary, letters) {
		d.text(margin, y, "", line)
		y += lineHeight
	}
	d.text(margin, y, "small", below)
	return y + lineHeight
}

// deadlineBars draws a bar for each step: on time, late, and what was called off or is not due yet.
func (d *drawing) deadlineBars(y float64, title string, reports []*Report) float64 {
	y += lineHeight / 2
	d.text(margin, y, "h2", title)
	x := float64(margin + nameWidth)
	for _, k := range []struct{ class, name string }{{"ontime", "on time"}, {"late", "late"}, {"off", "called off or not due yet"}} {
		d.rect(x, y-10, 12, 12, k.class, "")
		d.text(x+17, y, "small", k.name)
		x += 90
	}
	y += lineHeight - 6
	most := 1
	for _, r := range reports {
		for _, dl := range r.Deadlines {
			most = max(most, dl.Set)
		}
	}
	for _, name := range deadlineNames(reports) {
		for i, r := range reports {
			label := ""
			if i == 0 {
				label = strings.ReplaceAll(name, "_", " ")
			}
			d.bar(y, label, deadlineNamed(r, name), most)
			y += barHeight - float64(len(reports)-1)*3 + 1
		}
		y += barGap
	}
	return y
}

func deadlineNames(reports []*Report) []string {
	var names []string
	seen := map[string]bool{}
	for _, r := range reports {
		for _, dl := range r.Deadlines {
			if name := nameOf(dl); dl.Set > 0 && !dl.Partner && !seen[name] {
				seen[name] = true
				names = append(names, name)
			}
		}
	}
	return names
}

func nameOf(d Kept) string {
	if d.Clock == d.Step {
		return d.Step
	}
	return d.Step + ", " + d.Clock
}

func deadlineNamed(r *Report, name string) Kept {
	for _, dl := range r.Deadlines {
		if nameOf(dl) == name {
			return dl
		}
	}
	return Kept{}
}

func (d *drawing) bar(y float64, label string, dl Kept, most int) {
	const room = pictureWidth - 2*margin - nameWidth - 90
	if label != "" {
		d.text(margin+nameWidth-10, y+13, "end", label)
	}
	x := float64(margin + nameWidth)
	for _, part := range []struct {
		n           int
		class, name string
	}{{dl.OnTime, "ontime", "on time"}, {dl.Late, "late", "late"}, {dl.Cancelled + dl.Open, "off", "called off or not due yet"}} {
		width := float64(part.n) / float64(most) * room
		d.rect(x, y, width, barHeight-3, part.class, fmt.Sprintf("%d %s", part.n, part.name))
		x += width
	}
	kept := "none came"
	if dl.judged() > 0 {
		kept = percent(float64(dl.OnTime)/float64(dl.judged())) + " kept"
	}
	d.text(x+8, y+12, "small", kept)
}

// roleDays draws the minutes of work of each day below the line of the capacity, and the tasks that
// are open in the evening.
func (d *drawing) roleDays(y float64, role Workload) float64 {
	y += lineHeight
	title := strings.ReplaceAll(role.Role, "_", " ")
	if role.People > 0 {
		title = inRole(role.People, role.Role)
	}
	d.text(margin, y, "h2", strings.ToUpper(title[:1])+title[1:])
	d.text(margin+nameWidth, y, "small", fmt.Sprintf("minutes of work a day (bars), room for work (dashed), tasks open in the evening (line, right); busy %s", percent(role.Busy)))
	y += 14
	most, open := 1.0, 1.0
	for _, day := range role.PerDay {
		most, open = math.Max(most, math.Max(day.Minutes, day.Capacity)), math.Max(open, float64(day.Backlog))
	}
	most, open = roundUp(most), roundUp(open)
	left, width := float64(margin+50), float64(pictureWidth-2*margin-100)
	for i := range 3 {
		at := y + chartHeight - float64(i)/2*chartHeight
		d.line(left, at, left+width, at, "grid")
		d.text(left-8, at+4, "small end", fmt.Sprintf("%.0f", most*float64(i)/2))
		d.text(left+width+8, at+4, "small", fmt.Sprintf("%.0f", open*float64(i)/2))
	}
	step := width / float64(max(len(role.PerDay), 1))
	var backlog []point
	for i, day := range role.PerDay {
		x := left + float64(i)*step
		if !day.Works {
			d.rect(x, y, step, chartHeight, "weekend", "")
		}
		high := day.Minutes / most * chartHeight
		d.rect(x+step*0.12, y+chartHeight-high, step*0.76, high, "work", fmt.Sprintf("%s: %.0f minutes, %d came, %d done, %d open", day.Date, day.Minutes, day.Opened, day.Done, day.Backlog))
		if day.Works && day.Capacity > 0 {
			at := y + chartHeight - day.Capacity/most*chartHeight
			d.line(x, at, x+step, at, "capacity")
		}
		backlog = append(backlog, point{x + step/2, y + chartHeight - float64(day.Backlog)/open*chartHeight})
		if every := max(1, len(role.PerDay)/10); i%every == 0 {
			d.text(x+step/2, y+chartHeight+15, "mid", fmt.Sprintf("%d/%d", int(day.Date.Month), day.Date.Day))
		}
	}
	d.path("backlog", backlog)
	d.line(left, y+chartHeight, left+width, y+chartHeight, "axis")
	return y + chartHeight + lineHeight
}

// roundUp gives the next number that is easy to halve.
func roundUp(x float64) float64 {
	scale := math.Pow(10, math.Floor(math.Log10(x)))
	for _, m := range []float64{1, 2, 4, 5, 6, 8, 10} {
		if m*scale >= x {
			return math.Max(m*scale, 2)
		}
	}
	return x
}

func (d *drawing) endBars(y float64, reports []*Report) float64 {
	y += lineHeight
	d.text(margin, y, "h2", "How it ends")
	y += lineHeight - 6
	const room = pictureWidth - 2*margin - nameWidth - 110
	for _, name := range endsOf(reports...) {
		for i, r := range reports {
			if i == 0 {
				d.text(margin+nameWidth-10, y+13, "end", strings.ReplaceAll(name, "-", " "))
			}
			width := r.end(name) * room
			class := "off"
			if name == "completed" {
				class = "ontime"
			}
			d.rect(margin+nameWidth, y, width, barHeight-3, class, "")
			d.text(margin+nameWidth+width+8, y+12, "small", percent(r.end(name)))
			y += barHeight - float64(len(reports)-1)*3 + 1
		}
		y += barGap / 2
	}
	return y
}
