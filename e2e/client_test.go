package e2e

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

// api is the root of every route.
const api = "/api/v1"

// client asks a server as the administrator does.
type client struct {
	base, token string
	http        *http.Client
}

func newClient(base, token string) client {
	return client{base: base, token: token, http: &http.Client{
		Timeout:   2 * time.Minute,
		Transport: &http.Transport{MaxIdleConnsPerHost: 16},
		CheckRedirect: func(*http.Request, []*http.Request) error {
			return http.ErrUseLastResponse
		},
	}}
}

// answer is what the server said.
type answer struct {
	status int
	header http.Header
	body   []byte
}

func (a answer) String() string { return fmt.Sprintf("%d %s", a.status, bytes.TrimSpace(a.body)) }

// header is a request header beyond the usual ones.
type header struct{ name, value string }

// send asks for a path below api. A body that is not raw bytes goes out as JSON. The error means
// that there was no answer.
func (c client) send(ctx context.Context, method, path string, body any, headers ...header) (answer, error) {
	var raw []byte
	kind := ""
	switch b := body.(type) {
	case nil:
	case []byte:
		raw = b
	default:
		var err error
		if raw, err = json.Marshal(body); err != nil {
			return answer{}, fmt.Errorf("writing a request: %w", err)
		}
		kind = "application/json"
	}
	return c.ask(ctx, method, api+path, kind, raw, headers...)
}

// ask asks for any path.
func (c client) ask(ctx context.Context, method, path, contentType string, body []byte, headers ...header) (answer, error) {
	req, err := http.NewRequestWithContext(ctx, method, c.base+path, bytes.NewReader(body))
	if err != nil {
		return answer{}, fmt.Errorf("preparing a request: %w", err)
	}
	if c.token != "" {
		req.Header.Set("Authorization", "Bearer "+c.token)
	}
	if contentType != "" {
		req.Header.Set("Content-Type", contentType)
	}
	for _, h := range headers {
		req.Header.Set(h.name, h.value)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return answer{}, fmt.Errorf("asking the server: %w", err)
	}
	defer resp.Body.Close()
	raw, err := io.ReadAll(resp.Body)
	if err != nil {
		return answer{}, fmt.Errorf("reading the answer: %w", err)
	}
	return answer{resp.StatusCode, resp.Header, raw}, nil
}

// must asks and demands success.
func (c client) must(t *testing.T, method, path string, body any, headers ...header) answer {
	t.Helper()
	a, err := c.send(t.Context(), method, path, body, headers...)
	if err != nil {
		t.Fatal(err)
	}
	if a.status < 200 || a.status > 299 {
		t.Fatalf("%s %s: %s", method, path, a)
	}
	return a
}

// refused asks and demands the status of a refusal.
func (c client) refused(t *testing.T, status int, method, path string, body any) answer {
	t.Helper()
	a, err := c.send(t.Context(), method, path, body)
	if err != nil {
		t.Fatal(err)
	}
	if a.status != status {
		t.Fatalf("%s %s: want %d, got %s", method, path, status, a)
	}
	return a
}

// get reads one thing.
func get[T any](t *testing.T, c client, path string) T {
	t.Helper()
	return decoded[T](t, c.must(t, http.MethodGet, path, nil))
}

// post does something and reads what came of it.
func post[T any](t *testing.T, c client, path string, body any) T {
	t.Helper()
	return decoded[T](t, c.must(t, http.MethodPost, path, body))
}

func decoded[T any](t *testing.T, a answer) T {
	t.Helper()
	var out T
	if err := json.Unmarshal(a.body, &out); err != nil {
		t.Fatalf("reading an answer: %v\n%s", err, a)
	}
	return out
}

// list reads every page of a list.
func list[T any](t *testing.T, c client, path string) []T {
	t.Helper()
	var all []T
	cursor := ""
	for {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		type page struct {
			Items      []T    `json:"items"`
			NextCursor string `json:"next_cursor"`
		}
		p := get[page](t, c, path+separator+url.Values{"limit": {"200"}, "cursor": {cursor}}.Encode())
		all = append(all, p.Items...)
		if p.NextCursor == "" {
			return all
		}
		cursor = p.NextCursor
	}
}

// The words of the API that these tests use. They stand here again, because they are a promise.

type patient struct {
	ID         string `json:"id"`
	FamilyName string `json:"family_name"`
}

type enrollment struct {
	ID          string      `json:"id"`
	PatientID   string      `json:"patient_id"`
	EncounterID string      `json:"encounter_id"`
	Pathway     string      `json:"pathway"`
	Status      string      `json:"status"`
	Outcome     string      `json:"outcome"`
	Reason      string      `json:"reason"`
	Facts       []factValue `json:"facts"`
	Steps       []step      `json:"steps"`
	Clocks      []clock     `json:"clocks"`
	Next        *next       `json:"next"`
}

type factValue struct {
	Name  string `json:"name"`
	Value any    `json:"value"`
}

type step struct {
	Step       string `json:"step"`
	Occurrence int    `json:"occurrence"`
	Kind       string `json:"kind"`
	Status     string `json:"status"`
	Outcome    string `json:"outcome"`
	Child      string `json:"child"` // the enrollment that it started
	Cause      cause  `json:"cause"`

	Discretionary bool `json:"discretionary"`
	Offered       bool `json:"offered"`
}

type clock struct {
	Clock  string    `json:"clock"`
	Step   string    `json:"step"`
	Status string    `json:"status"`
	DueAt  time.Time `json:"due_at"`
	Zone   string    `json:"zone"`
	Source string    `json:"source"`
	Reason string    `json:"reason"`
}

type next struct {
	At   *time.Time `json:"at"`
	Text string     `json:"text"`
}

type cause struct {
	Text string `json:"text"`
}

type task struct {
	ID           string     `json:"id"`
	EnrollmentID string     `json:"enrollment_id"`
	Step         string     `json:"step"`
	Kind         string     `json:"kind"`
	Title        string     `json:"title"`
	Instructions string     `json:"instructions"`
	Role         string     `json:"role"`
	Status       string     `json:"status"`
	Outcome      string     `json:"outcome"`
	DueAt        *time.Time `json:"due_at"`
	DueReason    string     `json:"due_reason"`
	Cause        cause      `json:"cause"`
	Next         *next      `json:"next"`
}

type escalation struct {
	ID           string `json:"id"`
	EnrollmentID string `json:"enrollment_id"`
	Step         string `json:"step"`
	Rung         int    `json:"rung"`
	Level        string `json:"level"`
	Kind         string `json:"kind"`
	Status       string `json:"status"`
}

type referral struct {
	ID           string     `json:"id"`
	EnrollmentID string     `json:"enrollment_id"`
	Step         string     `json:"step"`
	Need         string     `json:"need"`
	ServiceID    string     `json:"service_id"`
	Status       string     `json:"status"`
	Outcome      string     `json:"outcome"`
	DueAt        *time.Time `json:"due_at"`
}

type message struct {
	ID           string `json:"id"`
	EnrollmentID string `json:"enrollment_id"`
	Step         string `json:"step"`
	Purpose      string `json:"purpose"`
	To           string `json:"to"`
	Status       string `json:"status"`
	Detail       string `json:"detail"`
	EscalationID string `json:"escalation_id"`
}

type inbound struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	ControlID string `json:"control_id"`
	Status    string `json:"status"`
	Reason    string `json:"reason"`
	PatientID string `json:"patient_id"`
}

type launchDecision struct {
	Pathway      string `json:"pathway"`
	Decision     string `json:"decision"`
	Reason       string `json:"reason"`
	EnrollmentID string `json:"enrollment_id"`
}

type timelineEntry struct {
	Kind  string `json:"kind"`
	Step  string `json:"step"`
	Text  string `json:"text"`
	Actor struct {
		Kind string `json:"kind"`
		ID   string `json:"id"`
	} `json:"actor"`
	Cause cause `json:"cause"`
}

type service struct {
	ID string `json:"id"`
}

type proof struct {
	Enrolled int `json:"enrolled"`
	Active   int `json:"active"`
	Unheld   int `json:"unheld"`
	Late     int `json:"late"`
}

// patientByMRN finds a patient by the record number of a hospital.
func (c client) patientByMRN(t *testing.T, mrn string) patient {
	t.Helper()
	type page struct {
		Items []patient `json:"items"`
	}
	found := post[page](t, c, "/patients/search", map[string]any{"identifier": mrn}).Items
	if len(found) != 1 {
		t.Fatalf("%d patients have the record number %s, want one", len(found), mrn)
	}
	return found[0]
}

// enrollmentsOf gives a patient's enrollments, each with its steps and clocks.
func (c client) enrollmentsOf(t *testing.T, patientID string) []enrollment {
	t.Helper()
	var whole []enrollment
	for _, e := range list[enrollment](t, c, "/enrollments?patient_id="+patientID) {
		whole = append(whole, get[enrollment](t, c, "/enrollments/"+e.ID))
	}
	return whole
}

// onlyEnrollment gives the one enrollment of the patient with the record number.
func (c client) onlyEnrollment(t *testing.T, mrn string) enrollment {
	t.Helper()
	found := c.enrollmentsOf(t, c.patientByMRN(t, mrn).ID)
	if len(found) != 1 {
		t.Fatalf("the patient %s has %d enrollments, want one: %+v", mrn, len(found), found)
	}
	return found[0]
}

// openTask gives the open task of a step, and whether there is one.
func (c client) openTask(t *testing.T, enrollmentID, step string) (task, bool) {
	t.Helper()
	for _, one := range list[task](t, c, "/tasks?open=true&enrollment_id="+enrollmentID) {
		if one.Step == step {
			return one, true
		}
	}
	return task{}, false
}

// complete finishes the open task of a step.
func (c client) complete(t *testing.T, enrollmentID, step, outcome string, more map[string]any) task {
	t.Helper()
	open, found := c.openTask(t, enrollmentID, step)
	if !found {
		t.Fatalf("no task of the step %s is open", step)
	}
	body := map[string]any{"outcome": outcome}
	maps.Copy(body, more)
	return post[task](t, c, "/tasks/"+open.ID+"/complete", body)
}

// clockNow gives the time that a demonstration's pathways follow.
func (c client) clockNow(t *testing.T) time.Time {
	t.Helper()
	return get[struct {
		Now time.Time `json:"now"`
	}](t, c, "/demo/clock").Now
}

// advanceTo skips time until the given one.
func (c client) advanceTo(t *testing.T, to time.Time) {
	t.Helper()
	for {
		by := to.Sub(c.clockNow(t))
		if by <= 0 {
			return
		}
		// Rounded up to what the route can say; at most 366 days at once.
		minutes := min(int(by/time.Minute)+1, 366*24*60)
		c.must(t, http.MethodPost, "/demo/clock", map[string]string{"advance": fmt.Sprintf("%d minutes", minutes)})
	}
}
