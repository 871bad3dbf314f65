package e2e

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"
)

// The command line tells when the contact is due after Thanksgiving, and why.
func TestSimulate(t *testing.T) {
	args := []string{"simulate", "pathways/library/post-discharge-tcm.yaml", "--fact", "discharged_on=2025-11-26"}
	text := runs(t, 0, args...)
	i := slices.IndexFunc(strings.Split(text, "\n"), func(line string) bool {
		return strings.Contains(line, "1 December 2025") && strings.Contains(line, "Monday") || strings.Contains(line, "2025-12-01") && strings.Contains(line, "Mon")
	})
	if i < 0 || !strings.Contains(text, "Thanksgiving") {
		t.Errorf("the timeline does not say Monday 2025-12-01, or not why:\n%s", text)
	}
	type deadline struct {
		Clock, Reason, Source string
		Due                   time.Time
	}
	var told struct{ Deadlines []deadline }
	if err := json.Unmarshal([]byte(runs(t, 0, append(args, "--json")...)), &told); err != nil {
		t.Fatalf("reading the JSON: %v", err)
	}
	i = slices.IndexFunc(told.Deadlines, func(d deadline) bool { return d.Clock == "contact" })
	if i < 0 {
		t.Fatalf("the JSON tells of no contact: %+v", told)
	}
	contact := told.Deadlines[i]
	zone, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	if due := contact.Due.In(zone); due.Format(time.DateTime) != "2025-12-01 23:59:59" || due.Weekday() != time.Monday {
		t.Errorf("the contact is due %s", due)
	}
	if !strings.Contains(contact.Reason, "Thanksgiving") || !strings.Contains(contact.Source, "CMS") {
		t.Errorf("the contact's deadline says %q, from %q", contact.Reason, contact.Source)
	}
	t.Run("no such fact", func(t *testing.T) {
		runs(t, 2, "simulate", "pathways/library/post-discharge-tcm.yaml", "--fact", "no_such_fact=1")
	})
}

// Every pathway that ships is good, by the command that says so.
func TestCheck(t *testing.T) {
	runs(t, 0, "check", "pathways/library/post-discharge-tcm.yaml", "pathways/library/social-need-referral.yaml")
	runs(t, 2, "check", "pathways/library/no-such-file.yaml")
}

// runs executes the program and demands the exit status. It gives what was printed.
func runs(t *testing.T, status int, args ...string) string {
	t.Helper()
	cmd, err := command(t.Context(), args...)
	if err != nil {
		t.Fatal(err)
	}
	var out, errs bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &errs
	if err := cmd.Run(); cmd.ProcessState == nil {
		t.Fatal(err)
	}
	if got := cmd.ProcessState.ExitCode(); got != status {
		t.Fatalf("%v exited with %d, want %d\n%s%s", args, got, status, out.String(), errs.String())
	}
	return out.String()
}
