package hl7v2

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/japanese"
	"pgregory.net/rapid"

	"throughline/care"
)

func parse(t testing.TB, raw string) *Message {
	t.Helper()
	m, err := Parse([]byte(raw))
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestDelimiters(t *testing.T) {
	for _, c := range []struct {
		header, family, suffix string
	}{
		{`MSH|^~\&|A`, "PID|1||9||Doe&x^Jo^^Jr\\S\\", "Jr^"},
		{`MSH|^~\&#|A`, "PID|1||9||Doe&x^Jo^^Jr\\P\\", "Jr#"},
		{`MSH|^~\\&|A`, "PID|1||9||Doe&x^Jo^^Jr\\T\\", "Jr&"},
		{`MSH@~&#\@A`, "PID@1@@9@@Doe\\x~Jo~~Jr#T#", `Jr\`},
		{`MSH#!@%*#A`, "PID#1##9##Doe*x!Jo!!Jr%R%", "Jr@"},
		{`MSH|^|A`, "PID|1||9||Doe&x^Jo^^Jr\\R\\", "Jr~"},
		{`MSH||A`, "PID|1||9||Doe&x^Jo^^Jr\\F\\", "Jr|"},
	} {
		m := parse(t, c.header+"\r"+c.family)
		got := []string{m.Get("PID-5"), m.Get("PID-5.1.2"), m.Get("PID-5.2"), m.Get("PID-5.4")}
		if diff := cmp.Diff([]string{"Doe", "x", "Jo", c.suffix}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.header, diff)
		}
	}
}

func TestGet(t *testing.T) {
	m := parse(t, "MSH|^~\\&|APP|FAC^1.2.3^ISO||||X|ADT^A01|77\rPID|1||11^^^A&1.2&ISO^MR~22^^^B^SS||\"\"\rOBX|1||K\rOBX|2||NA||a~b\rZPV|own|x^y")
	for path, want := range map[string]string{
		"MSH-1": "|", "MSH-2": `^~\&`, "MSH-3": "APP", "MSH-4.3": "ISO", "MSH-9.2": "A01",
		"PID-3": "11", "PID-3.4.2": "1.2", "PID-3[2]": "22", "PID-3[2].4": "B", "PID-3[3]": "", "PID-5": "", "PID-99": "",
		"OBX[2]-3": "NA", "OBX[2]-5[2]": "b", "OBX[3]-3": "", "ZPV-2.2": "y",
		"": "", "PID": "", "PID-x": "", "PID[0]-3": "", "PID-3[": "", "PID-3.1.1.1": "", "PID-3.-1": "", "PID-0": "",
	} {
		if got := m.Get(path); got != want {
			t.Errorf("Get(%q) = %q, want %q", path, got, want)
		}
	}
	pid := m.Segment("PID")
	if f := pid.Field(5); !f.Null() || f.Empty() {
		t.Error("PID-5 is the explicit null")
	}
	if f := pid.Field(6); f.Null() || !f.Empty() {
		t.Error("PID-6 is absent")
	}
	if s := m.Segment("PV1"); s.Present() || s.Field(2).Rep(1).Component(1).Sub(1) != "" || s.Field(2).Text() != "" {
		t.Error("an absent segment reads as empty")
	}
}

func TestEscapes(t *testing.T) {
	for raw, want := range map[string]string{
		`a\F\b\S\c\T\d\R\e\E\f`:              `a|b^c&d~e\f`,
		`\H\bold\N\ plain`:                   "bold plain",
		`one\.br\two\.sp\three\.sp2\four`:    "one\ntwo\nthree\n\nfour",
		`\.in+4\in\.ti-2\ti\.sk3\sk\.ce\mid`: "inti   sk\nmid",
		`\.in+4\a\.sk3\b`:                    "a   b",
		`\X4869\ \X0d\.`:                     "Hi \r.",
		`\XC3BC\`:                            "ü",
		`\X4\ \XZZ\`:                         `\X4\ \XZZ\`,
		`\C2842\\M824041\x`:                  `\C2842\\M824041\x`,
		`\Zlocal\`:                           `\Zlocal\`,
		`C:\dir\T\x`:                         `C:\dir&x`,
		`half \ open`:                        `half \ open`,
		`\.sp999999999\end`:                  strings.Repeat("\n", maxSkip) + "end",
	} {
		m := parse(t, "MSH|^~\\&|A\rOBX|1|TX|||x"+raw)
		got := strings.TrimPrefix(m.Segment("OBX").Field(5).Text(), "x")
		if got != want {
			t.Errorf("%s\n got %q\nwant %q", raw, got, want)
		}
	}
}

// What is quoted for one set of delimiters reads back as it was.
func TestQuoteRoundTrip(t *testing.T) {
	headers := []string{`MSH|^~\&|A`, `MSH@~&#\@A`, `MSH#!@%*#A`, `MSH|^~\&#|A`}
	rapid.Check(t, func(t *rapid.T) {
		d, ok := readDelimiters(rapid.SampledFrom(headers).Draw(t, "header"))
		if !ok {
			t.Fatal("the header has delimiters")
		}
		text := rapid.StringMatching(`[ -~äß語\n]*`).Draw(t, "text")
		quoted := d.Quote(text)
		if strings.ContainsAny(quoted, string([]rune{d.Field, d.Component, d.Repetition, d.Subcomponent})+"\n\r") {
			t.Fatalf("%q holds a delimiter", quoted)
		}
		if got := d.unescape(quoted, charset{}); got != text {
			t.Fatalf("%q came back as %q", text, got)
		}
	})
}

func TestCharsets(t *testing.T) {
	jis, err := japanese.ISO2022JP.NewEncoder().String("山田")
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name, declared, bytes, want string
		warned                      bool
	}{
		{"UTF-8 declared", "UNICODE UTF-8", "Müller", "Müller", false},
		{"UTF-8 undeclared", "", "Müller", "Müller", false},
		{"latin 1", "8859/1", "M\xfcller", "Müller", false},
		{"latin 9", "8859/15", "\xa4", "€", false},
		{"cyrillic", "8859/5", "\xb8\xd2\xd0\xdd", "Иван", false},
		{"windows, undeclared", "", "M\xfcller \x80", "Müller €", true},
		{"windows, said to be UTF-8", "UNICODE UTF-8", "M\xfcller", "Müller", true},
		{"UTF-8, said to be latin 1", "8859/1", "Müller", "Müller", true},
		{"several sets", "8859/1~ISO IR87", "M\xfcller", "Müller", false},
		{"unknown set", "EBCDIC", "Doe", "Doe", true},
		{"japanese", "ISO IR87", jis, "山田", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse(t, "MSH|^~\\&|A||||||ADT^A01|1|P|2.5||||||"+c.declared+"\rPID|1||9||"+c.bytes)
			if got := m.Get("PID-5"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
			if (len(m.Warnings) > 0) != c.warned {
				t.Errorf("warnings %q", m.Warnings)
			}
		})
	}
}

func TestHexEscapesAreInTheMessagesSet(t *testing.T) {
	m := parse(t, "MSH|^~\\&|A||||||ADT^A01|1|P|2.5||||||8859/1\rPID|1||9||M\\XFC\\ller")
	if got := m.Get("PID-5"); got != "Müller" {
		t.Errorf("got %q", got)
	}
}

func TestLines(t *testing.T) {
	for _, c := range []struct {
		name, raw, note string
		segments, stray int
	}{
		{"a line feed in the text of a CR message", "MSH|^~\\&|A\rNTE|1||one\ntwo\rPID|1", "one\ntwo", 3, 0},
		{"a word of three capitals in such a text", "MSH|^~\\&|A\rNTE|1||one\nCBC\ntwo\rPID|1", "one\nCBC\ntwo", 3, 0},
		{"segments under each other in a CR message", "MSH|^~\\&|A\rNTE|1||one\nPID|1\r", "one", 3, 0},
		{"CRLF with blank lines", "MSH|^~\\&|A\r\n\r\nNTE|1||one\r\nPID|1\r\n", "one", 3, 0},
		{"no segments", "MSH|^~\\&|A\nNTE|1||one\nPIDX|1\nPV|1\n  indented\n", "one", 2, 3},
		{"a second message", "MSH|^~\\&|A\rNTE|1||one\rMSH|^~\\&|B\rPID|1", "one", 2, 0},
		{"batch around", "FHS|^~\\&\rBHS|^~\\&\rMSH|^~\\&|A\rNTE|1||one\rBTS|1\rFTS|1", "one", 2, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parse(t, c.raw)
			if got := m.Segment("NTE").Field(3).Text(); got != c.note {
				t.Errorf("note %q, want %q", got, c.note)
			}
			if len(m.Segments) != c.segments || len(m.Stray) != c.stray {
				t.Errorf("%d segments, %d stray lines: %q", len(m.Segments), len(m.Stray), m.Stray)
			}
		})
	}
}

func TestParseRefuses(t *testing.T) {
	for _, raw := range []string{"", "PID|1||9", "MSH", "MSHx", "MSH |^~", "{}", "\x00\x01"} {
		_, err := Parse([]byte(raw))
		var f *Fault
		if !errors.As(err, &f) || f.Ack != Rejected || care.CodeOf(err) != care.Invalid {
			t.Errorf("%q: %v", raw, err)
		}
	}
}

func TestDedupKey(t *testing.T) {
	key := func(raw string) string { return DedupKey(parse(t, raw)) }
	base := key(admit)
	for name, same := range map[string]string{
		"line ends":             strings.ReplaceAll(admit, "\r", "\r\n"),
		"framing":               "\x0b" + admit + "\x1c\r",
		"trailing empty fields": admit + "|||",
		"stamped anew":          strings.Replace(admit, "TL|20261120101500", "TL|20261121", 1),
	} {
		if key(same) != base {
			t.Errorf("%s: another key", name)
		}
	}
	for name, other := range map[string]string{
		"control id": strings.Replace(admit, "|M1|", "|M9|", 1),
		"facility":   strings.Replace(admit, "|HOSP|TL", "|HOSP2|TL", 1),
		"event":      strings.Replace(admit, "ADT^A01", "ADT^A04", 1),
		"event time": strings.Replace(admit, "EVN||20261120101500", "EVN||20261120101501", 1),
		"content":    strings.Replace(admit, "Doe^Jo", "Doe^Joe", 1),
	} {
		if key(other) == base {
			t.Errorf("%s: the same key", name)
		}
	}
	if strings.Contains(base, "77") && len(base) != 64 {
		t.Errorf("the key %q is no hash", base)
	}
}
