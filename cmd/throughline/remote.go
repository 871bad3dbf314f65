package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// server is a running Throughline that a command speaks to.
type server struct {
	URL   string `help:"The server." default:"http://127.0.0.1:8080" env:"THROUGHLINE_URL"`
	Data  string `help:"Its data directory, where the administrator's token is." default:".throughline" env:"THROUGHLINE_DATA" type:"path"`
	Token string `help:"The token, where the directory is elsewhere." env:"THROUGHLINE_TOKEN"`
}

// call asks the server and gives the answer's status and body.
func (s server) call(ctx context.Context, method, path, contentType string, body []byte) (int, []byte, error) {
	status, _, answer, err := s.send(ctx, method, path, body, http.Header{"Content-Type": {contentType}})
	return status, answer, err
}

// send asks the server with headers and gives the answer's status, headers and body.
func (s server) send(ctx context.Context, method, path string, body []byte, header http.Header) (int, http.Header, []byte, error) {
	token := s.Token
	if token == "" {
		raw, err := os.ReadFile(filepath.Join(s.Data, "admin-token"))
		if err != nil {
			return 0, nil, nil, fmt.Errorf("reading the administrator's token (--data or --token says where it is): %w", err)
		}
		token = strings.TrimSpace(string(raw))
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimSuffix(s.URL, "/")+path, bytes.NewReader(body))
	if err != nil {
		return 0, nil, nil, fmt.Errorf("preparing the request: %w", err)
	}
	for name, values := range header {
		if values[0] != "" {
			req.Header.Set(name, values[0])
		}
	}
	req.Header.Set("Authorization", "Bearer "+token)
	client := http.Client{Timeout: 2 * time.Minute}
	resp, err := client.Do(req)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("asking the server: %w", err)
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return 0, nil, nil, fmt.Errorf("reading the answer: %w", err)
	}
	return resp.StatusCode, resp.Header, answer, nil
}

// get asks for JSON and reads it into out.
func (s server) get(ctx context.Context, path string, out any) error {
	status, body, err := s.call(ctx, http.MethodGet, path, "", nil)
	if err != nil {
		return err
	}
	if status != http.StatusOK {
		return fmt.Errorf("the server answered %d: %s", status, problemText(body))
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("reading the answer: %w", err)
	}
	return nil
}

// problemText gives what a problem document says.
func problemText(body []byte) string {
	var p struct {
		Title  string `json:"title"`
		Detail string `json:"detail"`
		Errors []struct {
			Location string `json:"location"`
			Message  string `json:"message"`
		} `json:"errors"`
	}
	if err := json.Unmarshal(body, &p); err != nil || p.Title+p.Detail == "" {
		return strings.TrimSpace(string(body))
	}
	lines := []string{strings.Trim(p.Title+": "+p.Detail, ": ")}
	for _, e := range p.Errors {
		lines = append(lines, strings.Trim(e.Location+": "+e.Message, ": "))
	}
	return strings.Join(lines, "\n  ")
}

type intakeCommand struct {
	server
	Files []string `arg:"" help:"HL7 v2 messages or FHIR Bundles." type:"path"`
}

// Help gives examples.
func (*intakeCommand) Help() string {
	return `Examples:
  throughline intake discharge.hl7
  throughline intake --url https://care.example.org --token "$TOKEN" *.hl7 bundle.json`
}

// Run sends every file and says what was answered.
func (c *intakeCommand) Run(ctx context.Context) error {
	bad := false
	for _, file := range c.Files {
		body, err := os.ReadFile(file)
		if err != nil {
			return fmt.Errorf("reading a file: %w", err)
		}
		path, contentType := "/api/v1/intake/hl7v2", "application/hl7-v2"
		if first := bytes.TrimLeft(body, " \t\r\n\ufeff"); len(first) > 0 && first[0] == '{' {
			path, contentType = "/api/v1/intake/fhir", "application/fhir+json"
		}
		status, answer, err := c.call(ctx, http.MethodPost, path, contentType, body)
		if err != nil {
			return err
		}
		bad = bad || status >= http.StatusBadRequest || bytes.Contains(answer, []byte("MSA|AE")) || bytes.Contains(answer, []byte("MSA|AR"))
		fmt.Fprintf(os.Stdout, "%s: %d\n%s\n", file, status, strings.ReplaceAll(strings.TrimSpace(string(answer)), "\r", "\n"))
	}
	if bad {
		return errWrong
	}
	return nil
}

type proofCommand struct {
	server
	JSON      bool `name:"json" help:"Print the proof as JSON."`
	Reconcile bool `help:"Compare the database with Temporal now, and repair."`
}

// Help gives examples.
func (*proofCommand) Help() string {
	return `Examples:
  throughline proof
  throughline proof --reconcile --json`
}

// Run prints the proof.
func (c *proofCommand) Run(ctx context.Context) error {
	if c.Reconcile {
		status, body, err := c.call(ctx, http.MethodPost, "/api/v1/proof/reconcile", "application/json", []byte("{}"))
		if err != nil {
			return err
		}
		if status >= http.StatusBadRequest {
			return fmt.Errorf("the server answered %d: %s", status, problemText(body))
		}
		fmt.Fprintf(os.Stderr, "%s\n", bytes.TrimSpace(body))
	}
	var raw json.RawMessage
	if err := c.get(ctx, "/api/v1/proof", &raw); err != nil {
		return err
	}
	var p struct {
		Enrolled  int64 `json:"enrolled"`
		Active    int64 `json:"active"`
		Paused    int64 `json:"paused"`
		Suspended int64 `json:"suspended"`
		ByClock   int64 `json:"by_clock"`
		ByItem    int64 `json:"by_item"`
		ByPartner int64 `json:"by_partner"`
		Unheld    int64 `json:"unheld"`
		Late      int64 `json:"late"`
	}
	if err := json.Unmarshal(raw, &p); err != nil {
		return errors.New("the server's proof could not be read")
	}
	if c.JSON {
		fmt.Fprintf(os.Stdout, "%s\n", raw)
	} else {
		fmt.Fprintf(os.Stdout, "%d enrollments run: %d active, %d paused, %d suspended\n", p.Enrolled, p.Active, p.Paused, p.Suspended)
		fmt.Fprintf(os.Stdout, "held by an armed clock %d, by owned work %d, by a partner's deadline %d\n", p.ByClock, p.ByItem, p.ByPartner)
		fmt.Fprintf(os.Stdout, "not held: %d; late: %d\n", p.Unheld, p.Late)
	}
	if p.Unheld > 0 || p.Late > 0 {
		return errWrong
	}
	return nil
}

type doctorCommand struct{ settings }

// Help gives examples.
func (*doctorCommand) Help() string {
	return `Examples:
  throughline doctor
  DATABASE_URL=postgres://… TEMPORAL_ADDRESS=temporal:7233 throughline doctor`
}
