package email

import (
	"errors"
	"net"
	"strings"

	"github.com/wneessen/go-mail/smtp"
)

var (
	errNoAuth      = errors.New("the server asks for no sign-in we can do")
	errUnencrypted = errors.New("the password is not sent unencrypted to another machine")
)

// mechanisms that a Config may name.
var mechanisms = map[string]func(Config) smtp.Auth{
	"PLAIN":         func(c Config) smtp.Auth { return smtp.PlainAuth("", c.User, c.Password, c.Host, isLoopback(c.Host)) },
	"LOGIN":         func(c Config) smtp.Auth { return smtp.LoginAuth(c.User, c.Password, c.Host, isLoopback(c.Host)) },
	"SCRAM-SHA-256": func(c Config) smtp.Auth { return smtp.ScramSHA256Auth(c.User, c.Password) },
	"CRAM-MD5":      func(c Config) smtp.Auth { return smtp.CRAMMD5Auth(c.User, c.Password) },
}

// preferred mechanisms, best supported first; the password itself travels with the first two.
var preferred = []string{"PLAIN", "LOGIN", "SCRAM-SHA-256", "CRAM-MD5"}

// chooseAuth picks the mechanism among those offered.
func chooseAuth(c Config, offered string, encrypted bool) (smtp.Auth, error) {
	safe := encrypted || isLoopback(c.Host)
	refused := errNoAuth
	for _, name := range preferred {
		if (c.Auth != "" && c.Auth != name) || !offers(offered, name) {
			continue
		}
		if !safe && (name == "PLAIN" || name == "LOGIN") {
			refused = errUnencrypted
			continue
		}
		return mechanisms[name](c), nil
	}
	return nil, refused
}

func offers(offered, mechanism string) bool {
	for name := range strings.FieldsSeq(offered) {
		if strings.EqualFold(name, mechanism) {
			return true
		}
	}
	return false
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || (ip != nil && ip.IsLoopback())
}
