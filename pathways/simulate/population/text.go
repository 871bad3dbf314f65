package population

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
)

// WriteText writes the report for a person: the result in a sentence, then how deadlines were kept,
// who has how much work, what was sent, and how it ended.
func (r *Report) WriteText(out io.Writer) error {
	p := newPage(out)
	for _, s := range r.Staffing {
		p.line(s.sentence())
	}
	p.line(r.Summary)
	p.line("")
	p.line(fmt.Sprintf("%s (%s, version %d). %s.", r.Title, r.Pathway, r.Version, r.Scenario))
	p.line(fmt.Sprintf("%d patients from %s to %s, each followed for %d days; seed %d.", r.Patients, r.From, r.To, r.Days, r.Seed))
	p.deadlines(r)
	p.roles(r)
	p.rungs(r)
	p.sent(r)
	p.ended(r)
	return p.flush()
}

// page writes tables with columns that line up.
type page struct {
	*tabwriter.Writer
	err error
}

func newPage(out io.Writer) *page {
	return &page{Writer: tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)}
}

func (p *page) line(cells ...string) {
	if p.err == nil {
		_, p.err = fmt.Fprintln(p.Writer, strings.Join(cells, "\t"))
	}
}

func (p *page) title(text string, columns ...string) {
	if p.err == nil {
		p.err = p.Flush()
	}
	p.line("")
	p.line(append([]string{text}, columns...)...)
}

func (p *page) flush() error {
	if p.err == nil {
		p.err = p.Flush()
	}
	if p.err != nil {
		return fmt.Errorf("writing the report: %w", p.err)
	}
	return nil
}

func number(n int) string { return fmt.Sprint(n) }

func (p *page) deadlines(r *Report) {
	p.title("DEADLINES", "on time", "late", "cancelled", "not due yet", "kept", "")
	for _, d := range r.Deadlines {
		if d.Set == 0 {
			continue
		}
		name := d.Step
		if d.Clock != d.Step {
			name += ", " + d.Clock
		}
		kept, note := "", ""
		if d.judged() > 0 {
			kept = percent(float64(d.OnTime) / float64(d.judged()))
		}
		if day, ok := concentrated(d.LateByWeekday, d.DueByWeekday); ok {
			note = fmt.Sprintf("late mostly when due on %ss", day)
		}
		if d.Partner {
			note = strings.TrimPrefix(note+"; kept by a service", "; ")
		}
		p.line("  "+name, number(d.OnTime), number(d.Late), number(d.Cancelled), number(d.Open), kept, note)
	}
}

func (p *page) roles(r *Report) {
	p.title("WORK BY ROLE, on a working day", "median", "9 of 10 days up to", "most", "")
	for _, role := range r.Roles {
		if role.Opened == 0 && role.MinutesPerDay.Max == 0 {
			continue
		}
		people := "as many as are wanted"
		if role.People > 0 {
			people = fmt.Sprintf("%s, busy %s of %.0f minutes", inRole(role.People, role.Role), percent(role.Busy), role.Capacity)
		}
		p.line("  "+strings.ReplaceAll(role.Role, "_", " "), "", "", "", people)
		for _, row := range []struct {
			name string
			Spread
		}{{"tasks that come", role.OpenedPerDay}, {"tasks that are done", role.DonePerDay}, {"minutes of work", role.MinutesPerDay}, {"open in the evening", role.Backlog}} {
			if role.Opened == 0 && row.name != "minutes of work" {
				continue // nothing but escalations to look at
			}
			p.line("    "+row.name, fmt.Sprintf("%.0f", row.P50), fmt.Sprintf("%.0f", row.P90), fmt.Sprintf("%.0f", row.Max), "")
		}
		if role.Opened == 0 {
			continue
		}
		p.line("    in all", fmt.Sprintf("%d came, %d done, %d called off, %d still open", role.Opened, role.Done, role.Cancelled, role.Open))
	}
}

func (p *page) rungs(r *Report) {
	p.title("LADDERS", "how often", "for 100 patients", "")
	for _, rung := range r.Rungs {
		if rung.Count == 0 {
			continue
		}
		what := fmt.Sprintf("%s %s (%s, line %d)", rung.Act, strings.ReplaceAll(rung.To, "_", " "), rung.When, rung.Line)
		if rung.Line == 0 { // one that a kind of step brings
			what = fmt.Sprintf("%s %s (the ladder of the work that it makes)", rung.Act, strings.ReplaceAll(rung.To, "_", " "))
		}
		p.line("  "+rung.Step, number(rung.Count), fmt.Sprintf("%.0f", 100*rung.Share), what)
	}
}

func (p *page) sent(r *Report) {
	m := r.Messages.PerPatient
	p.title(fmt.Sprintf("MESSAGES to a patient: %.1f on average, for half of them up to %.0f, for 9 of 10 up to %.0f, at most %.0f", m.Mean, m.P50, m.P90, m.Max))
	for _, c := range r.Messages.ByPurpose {
		if c.Count > 0 {
			p.line("  "+c.Name+"s in all", number(c.Count))
		}
	}
	if len(r.Referrals) > 0 {
		p.title("REFERRALS")
	}
	for _, ref := range r.Referrals {
		p.line("  " + strings.ReplaceAll(ref.Need, "-", " ") + fmt.Sprintf(": %d needs, %d requests to services", ref.Opened, ref.Asked))
		p.line("    the needs ended as " + list(ref.Outcomes))
		if ref.Asked > 0 {
			p.line("    the requests ended as " + list(ref.Requests))
		}
	}
}

func list(counts []Count) string {
	parts := make([]string, len(counts))
	for i, c := range counts {
		parts[i] = fmt.Sprintf("%s %d (%s)", strings.ReplaceAll(c.Name, "_", " "), c.Count, percent(c.Share))
	}
	return strings.Join(parts, ", ")
}

func (p *page) ended(r *Report) {
	p.title("ENDS", "", "")
	for _, e := range r.Ends {
		p.line("  "+e.Name, number(e.Count), percent(e.Share))
	}
	if len(r.NotStarted) > 0 {
		p.title("NOT STARTED", "", "")
		for _, c := range r.NotStarted {
			p.line("  "+c.Name, number(c.Count), percent(c.Share))
		}
	}
}

// sentence says how many people it takes.
func (s Staffing) sentence() string {
	what := "of their deadlines"
	if s.Step != "" {
		what = "of “" + strings.ReplaceAll(s.Step, "_", " ") + "”"
	}
	target := percent(s.Target)
	if s.People == 0 {
		return fmt.Sprintf("No number of %s keeps %s %s on time: with as many as are wanted it is %s. What is late then is not for want of people.",
			plural(2, strings.ReplaceAll(s.Role, "_", " ")), target, what, percent(s.Limit))
	}
	verb := "keep"
	if s.People == 1 {
		verb = "keeps"
	}
	text := fmt.Sprintf("%s %s %s %s on time", inRole(s.People, s.Role), verb, percent(s.Share), what)
	if s.Fewer == 0 {
		return text + "."
	}
	text += fmt.Sprintf("; with %s, %s is late", amount(s.Fewer), oneIn(1-s.FewerShare))
	if s.Worst != "" {
		text += ", mostly those due on " + s.Worst + "s"
	}
	return text + "."
}

// WriteText writes the comparison for a person.
func (c *Comparison) WriteText(out io.Writer) error {
	p := newPage(out)
	p.line(c.Summary)
	p.line("")
	p.line(fmt.Sprintf("Before: %s. After: %s. The same %d patients, seed %d.", version(c.Before), version(c.After), c.After.Patients, c.After.Seed))
	p.title("", "before", "after", "change")
	for _, d := range c.Differences {
		p.line("  "+d.What, d.in(d.Before, d.NotBefore), d.in(d.After, d.NotAfter), d.change())
	}
	p.title("THE SAME PATIENTS", "better", "worse", "same")
	for _, q := range c.Patients {
		p.line("  "+q.Step+", on time", number(q.Better), number(q.Worse), number(q.Same))
	}
	return p.flush()
}

func (d Difference) in(x float64, none bool) string {
	if none {
		return "–"
	}
	if d.Unit == "share" {
		return percent(x)
	}
	return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
}

func (d Difference) change() string {
	switch {
	case d.NotBefore && d.NotAfter:
		return ""
	case d.NotBefore:
		return "only after"
	case d.NotAfter:
		return "only before"
	case d.Change == 0:
		return "="
	case d.Unit == "share":
		return fmt.Sprintf("%+.1f points", d.Change*100)
	}
	return strings.TrimSuffix(fmt.Sprintf("%+.1f", d.Change), ".0")
}
