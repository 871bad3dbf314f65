package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strings"

	"github.com/alecthomas/kong"
)

// movePatientsCommand moves running enrollments to another version of their pathway.
type movePatientsCommand struct {
	Preview  previewMoveCommand `cmd:"" help:"Preview the move for every running patient of a version; nothing moves yet."`
	Show     showMoveCommand    `cmd:"" help:"Show a move, and with --class or --result its patients."`
	Approve  actOnMove          `cmd:"" help:"Approve a previewed move; needs --reason."`
	Run      actOnMove          `cmd:"" help:"Begin to move the patients of an approved move."`
	Pause    actOnMove          `cmd:"" help:"Pause a move that runs."`
	Resume   actOnMove          `cmd:"" help:"Go on with a paused move."`
	Rollback actOnMove          `cmd:"" help:"Take a move back; needs --reason."`
}

// Help gives examples.
func (*movePatientsCommand) Help() string {
	return `Examples:
  throughline move-patients preview post-discharge-tcm --from 1 --to 2 --plan plan.json --reason "the new ladder"
  throughline move-patients show 019a… --class mapped
  throughline move-patients approve 019a… --reason "reviewed with the nurses"
  throughline move-patients run 019a…
  throughline move-patients rollback 019a… --reason "the ladder is too loud"

What the classes of patients mean: keep, nothing of theirs changes; mapped, something does, as the
preview says; person, somebody has to decide about work that the new version does not have.

A plan is JSON: {"steps": [{"step": "old_call", "to": "new_call"},
  {"step": "survey", "open": "cancel", "reason": "nobody reads it"}], "begin": ["new_check"]}
A step that it does not name goes on under its own id; open work that the new version no longer has stays
with its owner, and a person is asked.`
}

const movesPath = "/api/v1/migrations"

type previewMoveCommand struct {
	server
	Pathway string `arg:"" help:"The pathway's key."`
	From    int    `required:"" help:"The version whose patients are moved."`
	To      int    `required:"" help:"The published version that they move to."`
	Plan    string `help:"A JSON file that says what becomes of steps that the versions do not share." type:"existingfile"`
	Window  int    `help:"For how many hours each may be taken back; 0 means seven days."`
	Reason  string `required:"" help:"Why they are moved."`
}

// Run asks for the preview.
func (c *previewMoveCommand) Run(ctx context.Context) error {
	ask := map[string]any{"pathway": c.Pathway, "from": c.From, "to": c.To, "window_hours": c.Window, "reason": c.Reason}
	if c.Plan != "" {
		raw, err := os.ReadFile(c.Plan)
		if err != nil {
			return fmt.Errorf("reading the plan: %w", err)
		}
		if !json.Valid(raw) {
			return fmt.Errorf("the plan %s is no JSON", c.Plan)
		}
		ask["plan"] = json.RawMessage(raw)
	}
	return c.ask(ctx, movesPath, ask)
}

// ask posts a command and prints the move that it is answered with.
func (s server) ask(ctx context.Context, path string, body any) error {
	raw, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("writing the request: %w", err)
	}
	status, answer, err := s.call(ctx, http.MethodPost, path, "application/json", raw)
	if err != nil {
		return err
	}
	if status >= http.StatusBadRequest {
		fmt.Fprintln(os.Stderr, refusal(answer))
		return errWrong
	}
	return printMove(answer)
}

// printMove says of a move what a person needs to know.
func printMove(raw []byte) error {
	var m struct {
		ID      string `json:"id"`
		Pathway string `json:"pathway"`
		From    struct {
			Version int `json:"version"`
		} `json:"from"`
		To struct {
			Version int `json:"version"`
		} `json:"to"`
		Status string `json:"status"`
		Counts []struct {
			Class  string `json:"class"`
			Result string `json:"result"`
			Count  int    `json:"count"`
		} `json:"counts"`
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	fmt.Fprintf(os.Stdout, "%s: %s from version %d to %d, %s\n", m.ID, m.Pathway, m.From.Version, m.To.Version, strings.ReplaceAll(m.Status, "_", " "))
	for _, n := range m.Counts {
		result := strings.ReplaceAll(n.Result, "_", " ")
		if result == "" {
			result = "still to come"
		}
		fmt.Fprintf(os.Stdout, "  %-7s %-13s %d\n", n.Class, result, n.Count)
	}
	if next := nextOfMove[m.Status]; next != "" {
		fmt.Fprintln(os.Stdout, "next: "+strings.ReplaceAll(next, "ID", m.ID))
	}
	return nil
}

// nextOfMove says what comes after each status of a move.
var nextOfMove = map[string]string{
	"previewing": "throughline move-patients show ID, until it is previewed",
	"previewed":  "throughline move-patients show ID --class mapped (or person, keep), then approve ID --reason …",
	"approved":   "throughline move-patients run ID",
	"running":    "throughline move-patients show ID; pause ID holds it",
	"paused":     "throughline move-patients resume ID, or rollback ID --reason …",
	"done":       "throughline move-patients show ID --result moved; rollback ID --reason … takes it back",
}

type showMoveCommand struct {
	server
	ID     string `arg:"" help:"The move."`
	Class  string `help:"List the patients of a class." default:"" enum:"keep,mapped,person,"`
	Result string `help:"List the patients with a result: moved, changed, left, ended, failed, back, not_back."`
	JSON   bool   `name:"json" help:"Print the patients as JSON lines."`
}

// Run shows the move, or its patients.
func (c *showMoveCommand) Run(ctx context.Context) error {
	if c.Class == "" && c.Result == "" {
		var raw json.RawMessage
		if err := c.get(ctx, movesPath+"/"+url.PathEscape(c.ID), &raw); err != nil {
			return err
		}
		return printMove(raw)
	}
	query := url.Values{"limit": {"200"}}
	for name, value := range map[string]string{"class": c.Class, "result": c.Result} {
		if value != "" {
			query.Set(name, value)
		}
	}
	for {
		var list struct {
			Items []json.RawMessage `json:"items"`
			Next  string            `json:"next_cursor"`
		}
		if err := c.get(ctx, movesPath+"/"+url.PathEscape(c.ID)+"/enrollments?"+query.Encode(), &list); err != nil {
			return err
		}
		for _, item := range list.Items {
			if err := c.print(item); err != nil {
				return err
			}
		}
		if list.Next == "" {
			return nil
		}
		query.Set("cursor", list.Next)
	}
}

func (c *showMoveCommand) print(item json.RawMessage) error {
	if c.JSON {
		fmt.Fprintf(os.Stdout, "%s\n", item)
		return nil
	}
	var row struct {
		EnrollmentID string `json:"enrollment_id"`
		Result       string `json:"result"`
		Detail       string `json:"detail"`
		Preview      struct {
			Class       string   `json:"class"`
			Why         []string `json:"why"`
			Differences []struct {
				Text string `json:"text"`
			} `json:"differences"`
		} `json:"preview"`
	}
	if err := json.Unmarshal(item, &row); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	fmt.Fprintln(os.Stdout, strings.Join(strings.Fields(row.EnrollmentID+" "+row.Preview.Class+" "+row.Result+" "+row.Detail), " "))
	for _, why := range row.Preview.Why {
		fmt.Fprintf(os.Stdout, "  to decide: %s\n", why)
	}
	for _, d := range row.Preview.Differences {
		fmt.Fprintf(os.Stdout, "  %s\n", d.Text)
	}
	return nil
}

// actOnMove is any of the acts on a move; the command's own name says which.
type actOnMove struct {
	server
	ID     string `arg:"" help:"The move."`
	Reason string `help:"Why."`
}

// Run does it.
func (c *actOnMove) Run(ctx context.Context, parsed *kong.Context) error {
	return c.ask(ctx, movesPath+"/"+url.PathEscape(c.ID)+"/"+parsed.Selected().Name, map[string]string{"reason": c.Reason})
}
