package rfc5322

import (
	"net/textproto"
	"strings"
	"unicode"

	"golang.org/x/net/idna"

	"throughline/care"
	"throughline/notify"
)

// Mailbox is an address as it travels: the domain in ASCII (RFC 5890).
type Mailbox struct {
	Address string
	// NeedsUTF8 says that the part before the @ isn't ASCII, so that only servers with SMTPUTF8
	// (RFC 6531) can take it.
	NeedsUTF8 bool
}

// Domain is the part after the @.
func (m Mailbox) Domain() string { return m.Address[strings.LastIndexByte(m.Address, '@')+1:] }

// ParseMailbox reads one bare address. Errors are care.Errors of code Invalid and never quote it.
func ParseMailbox(address string) (Mailbox, error) {
	if err := notify.CheckEmail(address); err != nil {
		return Mailbox{}, err
	}
	at := strings.LastIndexByte(address, '@')
	local, domain := address[:at], address[at+1:]
	if strings.HasPrefix(domain, "[") {
		return Mailbox{}, care.Errorf(care.Invalid, "an e-mail address by IP number is not accepted").At("to.email")
	}
	ascii, err := idna.Lookup.ToASCII(domain)
	if err != nil {
		return Mailbox{}, care.Errorf(care.Invalid, "the e-mail address has no valid domain").At("to.email")
	}
	return Mailbox{Address: local + "@" + ascii, NeedsUTF8: !isASCII(local)}, nil
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r > unicode.MaxASCII }) < 0
}

func canonical(header string) string { return textproto.CanonicalMIMEHeaderKey(header) }
