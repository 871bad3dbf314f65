package hl7v2

import (
	"strings"
	"testing"
	"unicode/utf8"
)

// Nothing a sender can write makes the package panic, and every message is answered with an
// acknowledgement that can itself be read.
func FuzzReceive(f *testing.F) {
	for _, seed := range []string{
		admit, result, admit + "\r" + result, "", "MSH", "MSH|", "MSH||||", "MSH|^~\\&#|A\rPID|\\X41\\\\.sp9\\",
		"MSH@~&#\\@A@B@C@D@2026@@SIU~S26@1@P@2.5\rSCH@1@2\rAIS@1@@X@20260101@@@5@h",
		"MSH|^~\\&|A|B|C|D|2026||ADT^A40|1|P|2.3||||||8859/5\rPID|1||a~b^^^&1&ISO\rMRG|c\xff",
		"\xff\xfeM\x00S\x00H\x00|\x00", "\x0bMSH|^~\\&|\x1c\r", "FHS|\rBHS|\rBTS|9\rFTS",
		"MSH|^~\\&|||||||ORU^R01|1||2.5||||||ISO IR87\rPID|||1\rOBX||SN|x||>^1^:^2|u|r|HH~LL|||C|||20200101240000.99999999999+1400",
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, raw []byte) {
		batch, err := Split(raw)
		if err != nil {
			return
		}
		for _, message := range batch.Messages {
			r := Receive(message, Options{}, testNow)
			ack := r.Ack(testNow, nil)
			answer, err := Parse(ack)
			if err != nil {
				t.Fatalf("the acknowledgement can't be read: %v\n%q", err, ack)
			}
			if code := answer.Get("MSA-1"); (code == "AA") != (r.Err == nil) {
				t.Fatalf("acknowledged %q with error %v\n%q", code, r.Err, ack)
			}
			if !utf8.ValidString(r.Inbound.Kind + strings.Join(r.Inbound.Warnings, "")) {
				t.Fatal("what is said of the message is not UTF-8")
			}
		}
	})
}
