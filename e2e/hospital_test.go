package e2e

import (
	"bytes"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
)

// hospital is who sends.
const hospital = "E2EHOSP"

// stay is what a hospital tells of one patient's stay. No such patient exists.
type stay struct {
	mrn, visit           string
	family, given        string
	phone, email         string
	class                string // PV1-2; "I" where empty
	disposition          string // PV1-36, a UB-04 code
	admitted, discharged time.Time
	deceased             bool
	diagnoses            []string // ICD-10-CM, the principal one first
}

// aDayAgo is a time on an earlier day wherever the organization is: what counts from the day after a
// discharge at that time can be done now.
func aDayAgo() time.Time { return time.Now().UTC().Truncate(time.Second).Add(-25 * time.Hour) }

// stamp writes an instant as HL7 does.
func stamp(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format("20060102150405-0700")
}

// message writes an ADT message with the trigger, recorded at the time. The control id is made of
// both and of the visit, so that the same message again is the same bytes.
func (s stay) message(trigger string, recorded time.Time) []byte {
	class := s.class
	if class == "" {
		class = "I"
	}
	death := ""
	if s.deceased {
		death = stamp(recorded) + "|Y"
	}
	telecom := s.phone + "^PRN^CP"
	if s.email != "" {
		telecom += "~^NET^Internet^" + s.email
	}
	segments := []string{
		fmt.Sprintf(`MSH|^~\&|ADT|%s|THROUGHLINE|HUB|%s||ADT^%s|%s|P|2.5.1|||AL|NE||UNICODE UTF-8`, hospital, stamp(recorded), trigger, s.control(trigger, recorded)),
		fmt.Sprintf("EVN|%s|%s", trigger, stamp(recorded)),
		fmt.Sprintf("PID|1||%s^^^%s^MR||%s^%s||19500704|F|||12 Elm St^^Springfield^NY^12345||%s||en||||||||||||||%s", s.mrn, hospital, s.family, s.given, telecom, death),
		fmt.Sprintf("PV1|1|%s|4W^401^1^%s||||||||||||||||%s|||||||||||||||||%s||||||||%s|%s", class, hospital, s.visit, s.disposition, stamp(s.admitted), stamp(s.discharged)),
	}
	for i, code := range s.diagnoses {
		segments = append(segments, fmt.Sprintf("DG1|%d||%s^^I10|||F", i+1, code))
	}
	return []byte(strings.Join(segments, "\r") + "\r")
}

// control is the message's own id.
func (s stay) control(trigger string, recorded time.Time) string {
	return fmt.Sprintf("%s-%s-%d", s.visit, trigger, recorded.Unix())
}

// hl7 posts one message or a batch and gives the acknowledgements.
func (c client) hl7(t *testing.T, raw []byte) []ack {
	t.Helper()
	a := c.must(t, http.MethodPost, "/intake/hl7v2", raw)
	return acksOf(t, a.body)
}

// taken posts a message and demands that it is accepted.
func (c client) taken(t *testing.T, raw []byte) {
	t.Helper()
	for _, one := range c.hl7(t, raw) {
		if one.code != "AA" {
			t.Fatalf("a message was answered %s: %s", one.code, one.raw)
		}
	}
}

// ack is one acknowledgement.
type ack struct {
	code    string // MSA-1
	control string // MSA-2
	raw     string
}

// acksOf takes acknowledgements apart. They are read here without the program's own parser.
func acksOf(t *testing.T, body []byte) []ack {
	t.Helper()
	var all []ack
	for _, segment := range bytes.FieldsFunc(body, func(r rune) bool { return r == '\r' || r == '\n' }) {
		if bytes.HasPrefix(segment, []byte("MSH")) {
			all = append(all, ack{})
		}
		if len(all) == 0 {
			t.Fatalf("what came back is no acknowledgement: %q", body)
		}
		last := &all[len(all)-1]
		last.raw += string(segment) + "\n"
		if !bytes.HasPrefix(segment, []byte("MSA")) || len(segment) < 4 {
			continue
		}
		fields := strings.Split(string(segment), string(segment[3]))
		last.code = fields[1]
		if len(fields) > 2 {
			last.control = fields[2]
		}
	}
	for _, one := range all {
		if one.code != "AA" && one.code != "AE" && one.code != "AR" {
			t.Fatalf("an acknowledgement says neither AA nor AE nor AR: %q", one.raw)
		}
	}
	return all
}
