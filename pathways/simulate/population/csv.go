package population

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"

	"throughline/care"
)

// WriteCSV writes the report as one long table, for spreadsheets and statistics: the version, what is
// counted, of which item, in which detail, on which day, and the value.
func (r *Report) WriteCSV(out io.Writer) error { return writeCSV(out, r) }

// WriteCSV writes both versions into one table.
func (c *Comparison) WriteCSV(out io.Writer) error { return writeCSV(out, c.Before, c.After) }

func writeCSV(out io.Writer, reports ...*Report) error {
	t := &table{csv: csv.NewWriter(out)}
	t.write("version", "table", "item", "detail", "day", "value")
	for _, r := range reports {
		t.version = strconv.Itoa(r.Version)
		t.report(r)
	}
	t.csv.Flush()
	if err := t.csv.Error(); err != nil {
		return fmt.Errorf("writing the table: %w", err)
	}
	return nil
}

type table struct {
	csv     *csv.Writer
	version string
}

// write writes a row. An error is kept by the writer and told at the end.
func (t *table) write(cells ...string) {
	for i, c := range cells {
		cells[i] = harmless(c)
	}
	_ = t.csv.Write(cells)
}

// harmless keeps a spreadsheet from taking a text for a formula (OWASP, CSV injection).
func harmless(text string) string {
	if strings.IndexAny(text, "=+-@\t\r") == 0 {
		if _, err := strconv.ParseFloat(text, 64); err != nil {
			return "'" + text
		}
	}
	return text
}

func (t *table) row(of, item, detail string, value float64) {
	t.write(t.version, of, item, detail, "", strconv.FormatFloat(value, 'f', -1, 64))
}

func (t *table) report(r *Report) {
	for _, d := range r.Deadlines {
		item := d.Step + "." + d.Clock
		for _, c := range []struct {
			detail string
			value  int
		}{{"set", d.Set}, {"on_time", d.OnTime}, {"late", d.Late}, {"cancelled", d.Cancelled}, {"open", d.Open}} {
			t.row("deadlines", item, c.detail, float64(c.value))
		}
	}
	for _, g := range r.Rungs {
		t.row("ladders", g.Step, g.Rule+" "+g.Act+" "+g.To, float64(g.Count))
	}
	for _, role := range r.Roles {
		t.role(role)
	}
	for _, c := range r.Messages.ByPurpose {
		t.row("messages", c.Name, "sent", float64(c.Count))
	}
	t.row("messages", "patient", "mean", r.Messages.PerPatient.Mean)
	for _, ref := range r.Referrals {
		for _, c := range ref.Outcomes {
			t.row("referrals", ref.Need, c.Name, float64(c.Count))
		}
		for _, c := range ref.Requests {
			t.row("requests", ref.Need, c.Name, float64(c.Count))
		}
	}
	for _, e := range r.Ends {
		t.row("ends", e.Name, "enrollments", float64(e.Count))
	}
	for _, s := range r.Staffing {
		t.row("staffing", s.Role, "people", s.People)
		t.row("staffing", s.Role, "share", s.Share)
	}
}

func (t *table) role(role Workload) {
	for _, s := range []struct {
		detail string
		Spread
	}{{"opened", role.OpenedPerDay}, {"done", role.DonePerDay}, {"minutes", role.MinutesPerDay}, {"backlog", role.Backlog}} {
		t.row("roles", role.Role, s.detail+"_p50", s.P50)
		t.row("roles", role.Role, s.detail+"_p90", s.P90)
		t.row("roles", role.Role, s.detail+"_max", s.Max)
	}
	for _, d := range role.PerDay {
		t.day(role.Role, "opened", d.Date, float64(d.Opened))
		t.day(role.Role, "done", d.Date, float64(d.Done))
		t.day(role.Role, "minutes", d.Date, d.Minutes)
		t.day(role.Role, "capacity", d.Date, d.Capacity)
		t.day(role.Role, "backlog", d.Date, float64(d.Backlog))
	}
}

func (t *table) day(item, detail string, date care.Date, value float64) {
	t.write(t.version, "days", item, detail, date.String(), strconv.FormatFloat(value, 'f', -1, 64))
}
