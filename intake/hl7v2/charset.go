package hl7v2

import (
	"bytes"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
	"golang.org/x/text/encoding/unicode"
)

// charset is how the characters of a message are written. A nil encoding is UTF-8, of which
// ASCII is a part.
type charset struct {
	name     string // as the message declares it in MSH-18
	encoding encoding.Encoding
}

// charsets are the values of HL7 table 0211 that are not UTF-8.
var charsets = map[string]encoding.Encoding{
	"8859/1":         charmap.ISO8859_1,
	"8859/2":         charmap.ISO8859_2,
	"8859/3":         charmap.ISO8859_3,
	"8859/4":         charmap.ISO8859_4,
	"8859/5":         charmap.ISO8859_5,
	"8859/6":         charmap.ISO8859_6,
	"8859/7":         charmap.ISO8859_7,
	"8859/8":         charmap.ISO8859_8,
	"8859/9":         charmap.ISO8859_9,
	"8859/10":        charmap.ISO8859_10,
	"8859/13":        charmap.ISO8859_13,
	"8859/14":        charmap.ISO8859_14,
	"8859/15":        charmap.ISO8859_15,
	"8859/16":        charmap.ISO8859_16,
	"WINDOWS-1252":   charmap.Windows1252,
	"CP1252":         charmap.Windows1252,
	"ISO IR14":       japanese.ISO2022JP,
	"ISO IR87":       japanese.ISO2022JP,
	"ISO IR159":      japanese.ISO2022JP,
	"GB 18030-2000":  simplifiedchinese.GB18030,
	"KS X 1001":      korean.EUCKR,
	"BIG-5":          traditionalchinese.Big5,
	"ISO IR6":        nil,
	"ASCII":          nil,
	"":               nil,
	"UNICODE":        nil,
	"UNICODE UTF-8":  nil,
	"UNICODE UTF-16": nil, // already turned into UTF-8 by then
	"UNICODE UTF-32": nil,
	"UTF-8":          nil,
	"UTF8":           nil,
}

func (c charset) decode(raw []byte) string {
	if c.encoding != nil {
		if text, err := c.encoding.NewDecoder().Bytes(raw); err == nil {
			return string(text)
		}
	}
	if utf8.Valid(raw) {
		return string(raw)
	}
	text, err := charmap.Windows1252.NewDecoder().Bytes(raw)
	if err != nil {
		return strings.ToValidUTF8(string(raw), "\uFFFD")
	}
	return string(text)
}

// encode writes text as the sender wrote its message; characters its set lacks become its
// substitute.
func (c charset) encode(text string) []byte {
	if c.encoding == nil {
		return []byte(text)
	}
	raw, err := encoding.ReplaceUnsupported(c.encoding.NewEncoder()).Bytes([]byte(text))
	if err != nil {
		return []byte(text)
	}
	return raw
}

// decodeMessage turns the bytes of one message into text. What MSH-18 declares is believed
// unless the bytes say otherwise: text that is valid UTF-8 beyond ASCII is hardly ever anything
// else, and bytes that are not UTF-8 although the message says so are read as windows-1252, the
// usual truth behind that lie.
func decodeMessage(raw []byte) (text string, cs charset, warning string) {
	declared := declaredCharset(raw)
	enc, known := charsets[strings.ToUpper(declared)]
	cs = charset{name: declared, encoding: enc}
	if !known {
		warning = "MSH-18 names a character set that is not in HL7 table 0211; read as UTF-8 or windows-1252"
	}
	switch {
	case isASCII(raw) && !escapesToOtherSet(enc):
		return string(raw), cs, warning
	case utf8.Valid(raw) && !escapesToOtherSet(enc):
		if enc != nil {
			warning = "MSH-18 declares " + declared + " but the text is UTF-8; read as UTF-8"
			cs.encoding = nil
		}
		return string(raw), cs, warning
	case enc == nil:
		cs.encoding = charmap.Windows1252
		if known {
			warning = "the text is not the UTF-8 or ASCII that MSH-18 declares; read as windows-1252"
		}
	}
	return cs.decode(raw), cs, warning
}

// escapesToOtherSet tells whether the encoding writes its characters in plain ASCII bytes.
func escapesToOtherSet(enc encoding.Encoding) bool { return enc == japanese.ISO2022JP }

// declaredCharset reads the first repetition of MSH-18 from raw bytes. HL7 requires that the
// default set is an extension of ASCII, so the header can be read before its set is known.
func declaredCharset(raw []byte) string {
	const field = 18
	start := bytes.Index(raw, []byte("MSH"))
	if start < 0 || len(raw) < start+4 {
		return ""
	}
	line := raw[start:]
	if end := bytes.IndexAny(line, lineEnds); end >= 0 {
		line = line[:end]
	}
	fields := bytes.Split(line, line[3:4])
	if len(fields) < field {
		return ""
	}
	value := string(fields[field-1])
	if encodingCharacters := fields[1]; len(encodingCharacters) >= 2 {
		value, _, _ = strings.Cut(value, string(encodingCharacters[1:2]))
		value, _, _ = strings.Cut(value, string(encodingCharacters[:1]))
	}
	return strings.TrimSpace(value)
}

func isASCII(raw []byte) bool {
	for _, b := range raw {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// toBytewise turns UTF-16, with or without a byte order mark, into UTF-8 and drops a UTF-8 byte
// order mark. Anything else is returned as it is.
func toBytewise(raw []byte) []byte {
	if trimmed, ok := bytes.CutPrefix(raw, []byte("\xEF\xBB\xBF")); ok {
		return trimmed
	}
	endian, found := utf16Order(raw)
	if !found {
		return raw
	}
	text, err := unicode.UTF16(endian, unicode.UseBOM).NewDecoder().Bytes(raw)
	if err != nil {
		return raw
	}
	return text
}

func utf16Order(raw []byte) (unicode.Endianness, bool) {
	switch {
	case bytes.HasPrefix(raw, []byte("\xFF\xFE")):
		return unicode.LittleEndian, true
	case bytes.HasPrefix(raw, []byte("\xFE\xFF")):
		return unicode.BigEndian, true
	}
	for _, header := range headers {
		if bytes.HasPrefix(raw, []byte{header[0], 0, header[1], 0, header[2], 0}) {
			return unicode.LittleEndian, true
		}
		if bytes.HasPrefix(raw, []byte{0, header[0], 0, header[1], 0, header[2]}) {
			return unicode.BigEndian, true
		}
	}
	return unicode.BigEndian, false
}
