package notify

import (
	"net/mail"
	"strings"
	"unicode"
	"unicode/utf8"

	"throughline/care"
)

// Limits of a message. The address limits are those of RFC 5321 section 4.5.3.1; the others keep every
// header line, once encoded, far below the 998 octets of RFC 5322 section 2.1.1.
const (
	maxID      = 200     // octets
	maxName    = 200     // octets
	maxSubject = 400     // octets
	maxHeader  = 900     // octets
	maxBody    = 1 << 20 // octets, each of text and HTML
	maxLocal   = 64      // octets
	maxDomain  = 255     // octets
)

// Check tells what makes a message undeliverable by any channel: no id, no text, or a line break or
// another control character where one line is expected, which is how header fields are smuggled in.
// The error is a care.Error with code Invalid, names the field, and never quotes it.
func (m Message) Check() error {
	switch {
	case m.ID == "" || len(m.ID) > maxID || !isOneLine(m.ID):
		return invalid("id", "a message needs an id: one line of at most %d octets", maxID)
	case len(m.Subject) > maxSubject || !isOneLine(m.Subject):
		return invalid("subject", "a subject is one line of at most %d octets, without control characters", maxSubject)
	case len(m.To.Name) > maxName || !isOneLine(m.To.Name):
		return invalid("to.name", "a recipient's name is one line of at most %d octets, without control characters", maxName)
	case !isOneLine(m.To.Email) || !isOneLine(m.To.Phone) || !isOneLine(m.To.Account):
		return invalid("to", "an address is one line, without control characters")
	case !isOneLine(m.Language):
		return invalid("language", "a language is one BCP 47 tag")
	case strings.TrimSpace(m.Text) == "":
		return invalid("text", "a message needs its text in plain words")
	case !isBody(m.Text):
		return invalid("text", "the text is at most %d octets of UTF-8, without control characters", maxBody)
	case !isBody(m.HTML):
		return invalid("html", "the HTML is at most %d octets of UTF-8, without control characters", maxBody)
	}
	return checkHeaders(m.Headers)
}

// CheckEmail tells whether the address is one mailbox, bare, within the limits of RFC 5321 section
// 4.5.3.1. The error never quotes the address.
func CheckEmail(address string) error {
	if address == "" {
		return invalid("to.email", "there is no e-mail address")
	}
	if !isOneLine(address) {
		return invalid("to.email", "an e-mail address is one line, without control characters")
	}
	parsed, err := mail.ParseAddress(address)
	if err != nil || parsed.Name != "" || parsed.Address != address {
		return invalid("to.email", "this is not one bare e-mail address")
	}
	at := strings.LastIndexByte(address, '@')
	if at > maxLocal || len(address)-at-1 > maxDomain {
		return invalid("to.email", "the e-mail address is too long")
	}
	return nil
}

// ownHeaders are the fields a channel writes itself; prefixes end in "-".
var ownHeaders = []string{
	"from", "sender", "to", "cc", "bcc", "subject", "date", "message-id", "mime-version", "auto-submitted",
	"return-path", "received", "dkim-signature", "content-", "resent-", "arc-",
}

func checkHeaders(headers map[string]string) error {
	for name, value := range headers {
		if !isHeaderName(name) {
			return invalid("headers", "a header field's name has letters, digits and hyphens only")
		}
		if isOwnHeader(name) {
			return invalid("headers", "the header field %s belongs to the channel", name)
		}
		if len(value) > maxHeader || !isOneLine(value) {
			return invalid("headers", "the header field %s is one line of at most %d octets, without control characters", name, maxHeader)
		}
	}
	return nil
}

func isOwnHeader(name string) bool {
	lower := strings.ToLower(name)
	for _, own := range ownHeaders {
		if lower == own || (strings.HasSuffix(own, "-") && strings.HasPrefix(lower, own)) {
			return true
		}
	}
	return false
}

func isHeaderName(name string) bool {
	if name == "" || len(name) > 60 {
		return false
	}
	return strings.IndexFunc(name, func(r rune) bool {
		return r != '-' && (r > unicode.MaxASCII || !unicode.IsLetter(r) && !unicode.IsDigit(r))
	}) < 0
}

// isOneLine also refuses the two Unicode line separators: some mail programs break lines there.
func isOneLine(s string) bool {
	return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) || r == '\u2028' || r == '\u2029'
	}) < 0
}

func isBody(s string) bool {
	return len(s) <= maxBody && utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool {
		return unicode.IsControl(r) && r != '\n' && r != '\r' && r != '\t'
	}) < 0
}

func invalid(field, format string, args ...any) error {
	return care.Errorf(care.Invalid, format, args...).At(field)
}
