package simulate

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"throughline/pathways/engine"
)

// longDay writes the weekday out, so that it can be checked against a calendar on the wall.
const longDay = "Monday 2006-01-02"

// WriteText writes the result for a person: the deadlines with their reasons and what happens at
// each moment, then all that happened with its reason.
func (r Result) WriteText(out io.Writer) error {
	zone, err := time.LoadLocation(r.Zone)
	if err != nil {
		return fmt.Errorf("writing times: %w", err)
	}
	p := &page{zone: zone}
	p.linef("%s (%s, version %d)", r.Title, r.Pathway, r.Version)
	p.linef("From %s, times in %s", r.Start.In(zone).Format(longDay+", 15:04"), r.Zone)
	if r.NotStarted != "" {
		p.linef("")
		p.linef("Nothing starts: %s", r.NotStarted)
		return p.flush(out)
	}
	p.deadlines(r.Deadlines)
	p.timeline(r)
	p.branches(r.Branches)
	for _, f := range r.Failures {
		p.linef("NOT AS EXPECTED: %s", f)
	}
	return p.flush(out)
}

type page struct {
	strings.Builder
	zone *time.Location
}

func (p *page) flush(out io.Writer) error {
	if _, err := io.WriteString(out, p.String()); err != nil {
		return fmt.Errorf("writing what happens: %w", err)
	}
	return nil
}

func (p *page) linef(format string, args ...any) { fmt.Fprintf(p, format+"\n", args...) }

func (p *page) deadlines(deadlines []Deadline) {
	p.linef("")
	p.linef("DEADLINES")
	for _, d := range deadlines {
		name := d.Clock
		if plain := d.Clock == "due" || d.Clock == "wait"; d.Step != "" && plain {
			name = d.Step // a clock that the step itself brings
		} else if d.Step != "" && d.Step != d.Clock {
			name = d.Step + ", " + d.Clock
		}
		due := d.Due.In(p.zone)
		p.linef("")
		p.linef("  %s due %s, %s", name, due.Format(longDay), due.Format("15:04"))
		p.linef("    what    %s", d.Title)
		p.linef("    why     %s", d.Reason)
		if d.Source != "" {
			p.linef("    source  %s", d.Source)
		}
		for _, m := range d.Ladder {
			p.linef("    %s  %s %s", m.At.In(p.zone).Format("Mon 2006-01-02 15:04"), m.Act, strings.ReplaceAll(m.To, "_", " "))
		}
	}
}

func (p *page) timeline(r Result) {
	p.linef("")
	p.linef("WHAT HAPPENS")
	before := ""
	for _, entry := range r.Timeline {
		at := entry.OccurredAt.In(p.zone).Format("Mon 2006-01-02 15:04")
		shown := at
		if at == before {
			shown = strings.Repeat(" ", len(at))
		}
		before = at
		p.linef("  %s  %s", shown, entry.Text)
		if why := entry.Cause.Text; why != "" && !strings.Contains(entry.Text, why) {
			p.linef("  %s    because %s", strings.Repeat(" ", len(at)), why)
		}
	}
	p.linef("")
	p.linef("%d escalations and warnings, %d messages.", len(r.Escalations), len(r.Messages))
	if r.Outcome == "" {
		p.linef("On %s it is still %s.", r.End.In(p.zone).Format(longDay), r.Status)
		return
	}
	p.linef("Ended on %s as %s: %s.", r.End.In(p.zone).Format(longDay), r.Outcome, r.Reason)
}

// branches lists the conditions that were answered. Those that could not be decided yet are in the
// JSON; here they would hide the others.
func (p *page) branches(asked []Branch) {
	decided := slices.DeleteFunc(slices.Clone(asked), func(a Branch) bool { return a.Answer == engine.AnswerUnknown })
	if len(decided) == 0 {
		return
	}
	p.linef("")
	p.linef("WHERE IT COULD HAVE GONE OTHERWISE")
	before := ""
	for _, a := range decided {
		at := a.At.In(p.zone).Format("Mon 2006-01-02 15:04")
		shown := at
		if at == before {
			shown = strings.Repeat(" ", len(at))
		}
		before = at
		p.linef("  %s  %s? %s.", shown, capital(a.Words), capital(a.Answer))
		p.linef("  %s    %s", strings.Repeat(" ", len(at)), found(a))
	}
}

// found says what a condition looked at, and where it stands.
func found(a Branch) string {
	place := a.Rule
	if a.Line > 0 {
		place = fmt.Sprintf("%s, line %d", a.Rule, a.Line)
	}
	parts := make([]string, len(a.Facts))
	for i, f := range a.Facts {
		parts[i] = f.Words
	}
	return strings.TrimSpace(strings.Join(parts, "; ") + " (" + place + ")")
}

func capital(text string) string {
	first, size := utf8.DecodeRuneInString(text)
	return string(unicode.ToUpper(first)) + text[size:]
}
