package e2e

import (
	"bufio"
	"bytes"
	"net"
	"testing"
	"time"
)

// Messages come in over MLLP as they do over HTTP, and a message that came by one way is known when
// it comes by the other.
func TestMLLP(t *testing.T) {
	s := shared(t)
	conn, err := new(net.Dialer).DialContext(t.Context(), "tcp", s.mllp)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		t.Fatal(err)
	}
	answers := bufio.NewReader(conn)
	now := time.Now().UTC()
	st := stay{mrn: "MLLP-1", visit: "VMLLP-1", family: "Wire", given: "Over", phone: "5550100778", admitted: now.Add(-72 * time.Hour)}
	admitted := st.message("A01", now.Add(-71*time.Hour))
	st.disposition, st.discharged = "01", now.Add(-2*time.Hour)
	left := st.message("A03", now.Add(-time.Hour))

	for _, raw := range [][]byte{admitted, left, left} {
		one := framed(t, conn, answers, raw)
		if len(one) != 1 || one[0].code != "AA" || !bytes.Contains(raw, []byte("|"+one[0].control+"|")) {
			t.Fatalf("answered %+v to %q", one, raw)
		}
	}
	if bad := framed(t, conn, answers, []byte("MSH|^~\\&|ADT|E2EHOSP|||20260101||ADT^A03|\r")); len(bad) != 1 || bad[0].code == "AA" {
		t.Fatalf("a message without a control id was answered %+v", bad)
	}
	e := s.onlyEnrollment(t, st.mrn)
	before := s.settled(t, e.ID)
	s.taken(t, left)
	if after := s.onlyEnrollment(t, st.mrn); after.ID != e.ID || len(before.Tasks) != len(s.settled(t, e.ID).Tasks) {
		t.Error("the message by HTTP did again what it had done by MLLP")
	}
}

// The bytes that frame a message (HL7 Minimal Lower Layer Protocol).
const (
	frameStart = 0x0b
	frameEnd   = 0x1c
)

// framed sends one message and reads its acknowledgement.
func framed(t *testing.T, conn net.Conn, answers *bufio.Reader, raw []byte) []ack {
	t.Helper()
	if _, err := conn.Write(append(append([]byte{frameStart}, raw...), frameEnd, '\r')); err != nil {
		t.Fatal(err)
	}
	frame, err := answers.ReadBytes(frameEnd)
	if err != nil {
		t.Fatalf("reading an acknowledgement: %v", err)
	}
	if end, err := answers.ReadByte(); err != nil || end != '\r' {
		t.Fatalf("the frame ends with %q (%v)", end, err)
	}
	return acksOf(t, bytes.Trim(frame, string([]byte{frameStart, frameEnd})))
}
