package e2e

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// Nothing of a patient reaches Temporal in the clear.
func TestTemporalHoldsNoPatient(t *testing.T) {
	s := shared(t)
	s.giveRides(t)
	left := aDayAgo()
	st := stay{
		mrn: "PLANTED-MRN-8841", visit: "VPLANTED-8841", family: "Zwetschgenbaum", given: "Hildegunde", phone: "5558841884", email: "hildegunde.z@patients.example",
		disposition: "01", admitted: left.AddDate(0, 0, -4), discharged: left,
	}
	s.taken(t, st.message("A03", left.Add(time.Hour)))
	e := s.onlyEnrollment(t, st.mrn)
	answers := map[string]any{"needs": "PLANTED-FREE-TEXT of Hildegunde"}
	maps.Copy(answers, needsRide)
	s.complete(t, e.ID, "contact", "reached", map[string]any{"mode": "phone", "answers": answers, "reason": "PLANTED-REASON"})
	s.mailOf(t, s.messageOf(t, e.ID, "transport", "referral").ID)
	// A refused command comes back through Temporal as a failure.
	s.refused(t, http.StatusUnprocessableEntity, http.MethodPost, "/enrollments/"+e.ID+"/events", map[string]any{"kind": "appointment.booked", "reason": "PLANTED-REFUSED"})

	planted := map[string]bool{}
	for _, secret := range []string{
		st.mrn, st.visit, st.family, st.given, st.phone, st.email, rides, hospital, "PLANTED-",
		"Post-discharge follow-up", "post-discharge-tcm", "transportation-insecurity", "Test Rides", "Reach the patient or caregiver",
	} {
		planted[secret] = true
	}
	for _, database := range []string{"temporal", "temporal_visibility"} {
		conn := s.database(t, database)
		rows := 0
		for _, table := range column[string](t, conn, "SELECT quote_ident(table_name) FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'") {
			dump := dumped(t, conn, table)
			rows += bytes.Count(dump, []byte("\n"))
			for secret := range planted {
				if form := shows(dump, secret); form != "" {
					t.Errorf("%s.%s shows %q %s", database, table, secret, form)
				}
			}
		}
		if rows < 10 {
			t.Errorf("%s has %d rows: that was not the database", database, rows)
		}
		t.Logf("%s: %d rows", database, rows)
	}
	// The search itself works: what must be there in the clear is found.
	if dump := dumped(t, s.database(t, "throughline"), "patients"); shows(dump, st.family) == "" {
		t.Error("the search does not even find the patient in our own database")
	}
	if dump := dumped(t, s.database(t, "temporal"), "current_executions"); shows(dump, e.ID) == "" {
		t.Error("the search does not find the enrollment in Temporal's database")
	}
}

// dumped gives all rows of a table as text; bytea columns come in hex.
func dumped(t *testing.T, conn *pgx.Conn, table string) []byte {
	t.Helper()
	var out bytes.Buffer
	if _, err := conn.PgConn().CopyTo(t.Context(), io.Writer(&out), fmt.Sprintf("COPY %s TO STDOUT", table)); err != nil {
		t.Fatalf("dumping %s: %v", table, err)
	}
	return bytes.ToLower(out.Bytes())
}

// shows tells in which form a dump, in lower case, holds a text; empty: in none.
func shows(dump []byte, text string) string {
	// Base64 in text, and in bytea, depends on where the text begins: each of the three ways.
	for skip := range 3 {
		encoded := base64.RawStdEncoding.EncodeToString([]byte(strings.Repeat("\x00", skip) + text))
		// The first and last characters depend on the neighbours.
		core := encoded[(skip*8+5)/6 : len(encoded)-2]
		if bytes.Contains(dump, []byte(strings.ToLower(core))) || bytes.Contains(dump, []byte(hex.EncodeToString([]byte(core)))) {
			return "in base64"
		}
	}
	for _, form := range []struct{ name, value string }{
		{"in the clear", strings.ToLower(text)},
		{"in hex", hex.EncodeToString([]byte(text))},
		{"in hex", hex.EncodeToString([]byte(strings.ToLower(text)))},
		{"in hex", hex.EncodeToString([]byte(strings.ToUpper(text)))},
	} {
		if bytes.Contains(dump, []byte(form.value)) {
			return form.name
		}
	}
	return ""
}
