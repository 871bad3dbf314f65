package hl7v2

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"throughline/care"
)

const (
	admit  = "MSH|^~\\&|ADT|HOSP|TL|TL|20261120101500||ADT^A01|M1|P|2.5\rEVN||20261120101500\rPID|1||77^^^HOSP^MR||Doe^Jo\rPV1|1|I|||||||||||||||||V9|||||||||||||||||||||||||20261120100000"
	result = "MSH|^~\\&|LAB|HOSP|TL|TL|20261121||ORU^R01|M2|P|2.3\rPID|1||77^^^HOSP^MR\rOBR|1||F1|K\rOBX|1|NM|2823-3^Potassium^LN||6.9|mmol/L|3.5-5.1|HH|||F"
)

func TestSplit(t *testing.T) {
	utf16LE, err := unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewEncoder().String(admit)
	if err != nil {
		t.Fatal(err)
	}
	utf16BE, err := unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM).NewEncoder().String(admit)
	if err != nil {
		t.Fatal(err)
	}
	lf := strings.ReplaceAll(admit, "\r", "\n")
	crlf := strings.ReplaceAll(admit, "\r", "\r\n")
	for _, c := range []struct {
		name, raw string
		want      []string
		files     int
		batches   int
		warnings  int
	}{
		{name: "one", raw: admit, want: []string{admit}},
		{name: "LF", raw: lf + "\n\n", want: []string{lf}},
		{name: "CRLF", raw: crlf + "\r\n", want: []string{crlf}},
		{name: "BOM and blank before", raw: "\xEF\xBB\xBF \n" + admit, want: []string{admit}},
		{name: "two without headers", raw: admit + "\r\r" + result + "\r", want: []string{admit, result}},
		{name: "MLLP frames", raw: string(Frame([]byte(admit))) + string(Frame([]byte(result))), want: []string{admit, result}},
		{name: "batch", raw: "FHS|^~\\&\rBHS|^~\\&\r" + admit + "\r" + result + "\rBTS|2\rFTS|1\r", want: []string{admit, result}, files: 1, batches: 1},
		{name: "bare trailers", raw: "BHS|^~\\&\r" + admit + "\rBTS\rFTS", want: []string{admit}, batches: 1},
		{name: "batch with a message missing", raw: "BHS|^~\\&\n" + admit + "\nBTS|2", want: []string{admit}, batches: 1, warnings: 1},
		{name: "text around", raw: "Here it is:\n" + lf + "\x1c\rBye", want: []string{lf}, warnings: 1},
		{name: "DOS end of file", raw: admit + "\r\x1a", want: []string{admit}},
		{name: "UTF-16 with mark", raw: utf16LE, want: []string{admit}},
		{name: "UTF-16 without mark", raw: utf16BE, want: []string{admit}},
		{name: "no HL7", raw: "{\"a\":1}\n", want: []string{"{\"a\":1}"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			b, err := Split([]byte(c.raw))
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, m := range b.Messages {
				got = append(got, string(m))
			}
			if diff := cmp.Diff(c.want, got); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
			if b.Files != c.files || b.Batches != c.batches || len(b.Warnings) != c.warnings {
				t.Errorf("files %d batches %d warnings %q", b.Files, b.Batches, b.Warnings)
			}
		})
	}
}

func TestSplitRefusesNothing(t *testing.T) {
	for _, raw := range []string{"", " \r\n\t", "\xEF\xBB\xBF", "\x0b\x1c\r"} {
		if _, err := Split([]byte(raw)); care.CodeOf(err) != care.Invalid {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestSplitKeepsTheSendersBytes(t *testing.T) {
	latin := []byte(strings.Replace(admit, "Doe", "M\xfcller", 1))
	b, err := Split(latin)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(b.Messages[0], latin) {
		t.Errorf("got %q", b.Messages[0])
	}
}
