package hl7v2

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// acknowledge receives a message and gives its acknowledgement's segments, without the ACK's own
// control id, which is a hash.
func acknowledge(t *testing.T, raw string, storeErr error) []string {
	t.Helper()
	ack := string(Receive([]byte(raw), Options{}, testNow).Ack(testNow, storeErr))
	if !strings.HasSuffix(ack, "\r") || strings.Contains(ack, "\n") {
		t.Errorf("segments must end in CR: %q", ack)
	}
	m := parse(t, ack)
	if id := m.ControlID(); len(id) != 20 {
		t.Errorf("control id %q", id)
	}
	return strings.Split(strings.TrimSuffix(strings.Replace(ack, m.ControlID(), "ID", 1), "\r"), "\r")
}

func TestAck(t *testing.T) {
	const patient = "\rPID|1||9^^^H^MR"
	stamp := testNow.Format("20060102150405-0700")
	for _, c := range []struct {
		name, raw string
		store     error
		want      []string
	}{
		{
			name: "accepted, version 2.5", raw: admit,
			want: []string{"MSH|^~\\&|TL|TL|ADT|HOSP|" + stamp + "||ACK^A01^ACK|ID|P|2.5", "MSA|AA|M1"},
		},
		{
			name: "accepted, version 2.3", raw: result,
			want: []string{"MSH|^~\\&|TL|TL|LAB|HOSP|" + stamp + "||ACK|ID|P|2.3", "MSA|AA|M2"},
		},
		{
			name: "own delimiters", raw: "MSH@~&#\\@SA#T#@SF~1.2~ISO@RA@RF@2026@@ADT~A01~ADT_A01@10009@T@2.5\rPID@1@@9~~~H~MR",
			want: []string{"MSH@~&#\\@RA@RF@SA#T#@SF~1.2~ISO@" + stamp + "@@ACK~A01~ACK@ID@T@2.5", "MSA@AA@10009"},
		},
		{
			name: "of no use", raw: "MSH|^~\\&|A|B|C|D|2026||ORM^O01|5|P|2.5.1",
			want: []string{"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^O01^ACK|ID|P|2.5.1", "MSA|AA|5"},
		},
		{
			name: "local type", raw: "MSH|^~\\&|A|B|C|D|2026||ZZZ^Z01|5|P|2.5.1",
			want: []string{"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^Z01^ACK|ID|P|2.5.1", "MSA|AA|5"},
		},
		{
			name: "no patient, 2.5 form", raw: "MSH|^~\\&|A|B|C|D|2026||ADT^A03|5|P|2.5\rPID|1|||||",
			want: []string{
				"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^A03^ACK|ID|P|2.5",
				"MSA|AE|5|PID-3 is missing: send the patient's identifier, with its assigning authority",
				"ERR||PID^1^3|101^Required field missing^HL70357|E||||PID-3 is missing: send the patient's identifier, with its assigning authority",
			},
		},
		{
			name: "no patient, older form", raw: "MSH|^~\\&|A|B|C|D|2026||ORU^R01|5|P|2.3.1\rPID|1",
			want: []string{
				"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^R01^ACK|ID|P|2.3.1",
				"MSA|AE|5|PID-3 is missing: send the patient's identifier, with its assigning authority",
				"ERR|PID^1^3^101&Required field missing&HL70357",
			},
		},
		{
			name: "no patient, 2.8: no MSA-3", raw: "MSH|^~\\&|A|B|C|D|2026||ORU^R01|5|P|2.8\rPID|1",
			want: []string{
				"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^R01^ACK|ID|P|2.8", "MSA|AE|5",
				"ERR||PID^1^3|101^Required field missing^HL70357|E||||PID-3 is missing: send the patient's identifier, with its assigning authority",
			},
		},
		{
			name: "merge without the other patient", raw: "MSH|^~\\&|A|B|C|D|2026||ADT^A40|5|P|2.8" + patient,
			want: []string{
				"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^A40^ACK|ID|P|2.8", "MSA|AE|5",
				"ERR||MRG^1^1|101^Required field missing^HL70357|E||||MRG-1 is missing: a merge must name the identifier that goes, in MRG-1",
			},
		},
		{
			name: "no control id", raw: "MSH|^~\\&|A|B|C|D|2026||ADT^A03||P|2.8" + patient,
			want: []string{
				"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^A03^ACK|ID|P|2.8", "MSA|AE",
				"ERR||MSH^1^10|101^Required field missing^HL70357|E||||MSH-10 is missing: give each message a control id, so that it can be told from others and acknowledged",
			},
		},
		{
			name: "unknown type", raw: "MSH|^~\\&|A|B|C|D|2026||ABC^XYZ|5|P|2.8",
			want: []string{
				"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK^XYZ^ACK|ID|P|2.8", "MSA|AR|5",
				"ERR||MSH^1^9|200^Unsupported message type^HL70357|E||||MSH-9 names a message type that HL7 version 2 does not define: correct it, or use a type that starts with Z for a local message",
			},
		},
		{
			name: "not version 2", raw: "MSH|^~\\&|A|B|C|D|2026||ADT^A01|5|P|1.0" + patient,
			want: []string{
				"MSH|^~\\&|C|D|A|B|" + stamp + "||ACK|ID|P|1.0", "MSA|AR|5|MSH-12 is not a version 2 of HL7: send 2.1 to 2.9",
				"ERR|MSH^1^12^203&Unsupported version id&HL70357",
			},
		},
		{
			name: "not HL7", raw: "{}",
			want: []string{
				"MSH|^~\\&|||||" + stamp + "||ACK|ID|P|2.5",
				"MSA|AR||no MSH segment was found: an HL7 version 2 message starts with MSH followed...",
				"ERR||MSH^1|100^Segment sequence error^HL70357|E||||no MSH segment was found: an HL7 version 2 message starts with MSH followed by its delimiters",
			},
		},
		{
			name: "could not be stored", raw: admit, store: errors.New("connection refused to the database at 10.0.0.1"),
			want: []string{
				"MSH|^~\\&|TL|TL|ADT|HOSP|" + stamp + "||ACK^A01^ACK|ID|P|2.5",
				"MSA|AE|M1|The message could not be stored; nothing was lost on your side: send it...",
				"ERR|||207^Application internal error^HL70357|E||||The message could not be stored; nothing was lost on your side: send it again later.",
			},
		},
		{
			name: "the sender's character set", raw: "MSH|^~\\&|A|B|C|D\xfc|2026||ORM^O01|5|P|2.5||||||8859/1",
			want: []string{"MSH|^~\\&|C|D\xfc|A|B|" + stamp + "||ACK^O01^ACK|ID|P|2.5||||||8859/1", "MSA|AA|5"},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, acknowledge(t, c.raw, c.store)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// An acknowledgement's own id is the same for the same answer at the same time, and another otherwise.
func TestAckControlID(t *testing.T) {
	id := func(raw string, at time.Time) string {
		return parse(t, string(Ack(parse(t, raw), at, nil))).ControlID()
	}
	if first, again := id(admit, testNow), id(admit, testNow); first != again {
		t.Error("the same answer has two ids")
	}
	if id(admit, testNow) == id(result, testNow) || id(admit, testNow) == id(admit, testNow.Add(time.Second)) {
		t.Error("two answers have one id")
	}
}

// Errors and warnings never hold a value of the patient's.
func TestFaultsHoldNoPatientFacts(t *testing.T) {
	raw := "MSH|^~\\&|A|B|C|D|SECRET||ADT^A03|5|P|2.5\rPID|SECRET|SECRET||SECRET|SECRET^SECRET||SECRET|SECRET|||||SECRET|||||SECRET|||||||||||SECRET\rPV1|1|SECRET|||||||||||||||||||||||||||||||||||SECRET||||||||SECRET|SECRET\rno segment SECRET"
	r := Receive([]byte(raw), Options{}, testNow)
	for _, w := range r.Inbound.Warnings {
		if strings.Contains(w, "SECRET") {
			t.Errorf("warning %q", w)
		}
	}
	if len(r.Inbound.Warnings) < 5 {
		t.Errorf("only the warnings %q", r.Inbound.Warnings)
	}
	r = Receive([]byte(strings.ReplaceAll(raw, "|SECRET|SECRET||SECRET|", "|SECRET|||")), Options{}, testNow)
	if r.Err == nil || strings.Contains(r.Err.Error(), "SECRET") {
		t.Errorf("error %v", r.Err)
	}
}
