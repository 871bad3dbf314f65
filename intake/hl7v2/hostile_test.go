package hl7v2

import (
	"strconv"
	"strings"
	"testing"
	"time"
)

// The work on a message grows with its size and not with its square, whatever it is made of.
func TestHostileMessagesAreCheap(t *testing.T) {
	const size = 1 << 20
	fill := func(part string) string { return strings.Repeat(part, size/len(part)) }
	var distinct strings.Builder
	for i := 0; distinct.Len() < size; i++ {
		distinct.WriteString(strconv.Itoa(i) + "~")
	}
	const header, pid = "MSH|^~\\&|A|B|C|D|2026||ADT^A40|1|P|2.5\r", "PID|1||9^^^H\rMRG|8\r"
	oru := strings.Replace(header, "ADT^A40", "ORU^R01", 1)
	for name, raw := range map[string]string{
		"identifiers":       header + "PID|1||" + distinct.String() + "\rMRG|" + distinct.String(),
		"phones":            header + "PID|1||9||||||||||" + distinct.String() + "\rMRG|8",
		"escapes":           header + "PID|1||9||" + fill(`\`) + "\rMRG|8",
		"open escapes":      header + "PID|1||9||" + fill(`\X41`) + "\rMRG|8",
		"skips":             header + "PID|1||9||" + fill(`\.sk9\`) + "\rMRG|8",
		"merges":            header + fill(pid),
		"results":           oru + pid + "OBR|1\r" + fill("OBX|1|NM|K||1|||HH|||F\r"),
		"orders":            oru + pid + fill("OBR|1\rOBX|1||K\r"),
		"messages":          fill("MSH|^~\\&|A\r"),
		"lines":             header + fill("\r"),
		"stray lines":       header + fill("x\n"),
		"text before":       fill("x\n") + header + pid,
		"start of block":    fill("\x0b"),
		"components":        header + "PID|1||" + fill("^") + "\rMRG|8",
		"empty fields":      header + "PID" + fill("|"),
		"bad times":         oru + pid + "OBR|1\r" + fill("OBX|1|NM|K|||||||F|||tomorrow\r"),
		"byte order marks":  fill("\xEF\xBB\xBF"),
		"UTF-16 without HL": "\xff\xfe" + fill("M\x00"),
	} {
		start := time.Now()
		batch, err := Split([]byte(raw))
		if err == nil {
			for _, m := range batch.Messages {
				r := Receive(m, Options{}, testNow)
				_ = r.Ack(testNow, nil)
			}
		}
		// A square would take minutes; the limit leaves room for a busy machine.
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("%s: %v for %d bytes", name, took, len(raw))
		} else {
			t.Logf("%s: %v", name, took)
		}
	}
}
