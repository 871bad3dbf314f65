package email

import (
	"crypto/x509"
	"net/mail"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// ParseURL reads the one-line setting:
//
//	smtp://user:password@host:587?from=Clinic <care@clinic.example>
//	smtps://user:password@host?from=care@clinic.example
//
// smtp is STARTTLS, smtps is TLS from the start. Besides from, which is required, there may be tls
// (mandatory, the default, opportunistic or none), reply_to, unsubscribe, ca (a PEM file of trusted
// authorities), auth, hello, timeout and end_timeout (Go durations). Anything else is refused, so that a
// slip of the pen doesn't turn encryption off. Errors never repeat the setting: it holds a password.
func ParseURL(setting string) (Config, error) {
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" || u.Opaque != "" {
		return Config{}, invalid("it is not of the form smtp://user:password@host:587?from=care@clinic.example (signs such as @ and / in a password are written %%40 and %%2F)")
	}
	c := Config{Host: u.Hostname(), User: u.User.Username()}
	c.Password, _ = u.User.Password()
	if c.Port, err = port(u); err != nil {
		return Config{}, err
	}
	switch u.Scheme {
	case "smtp":
	case "smtps":
		c.TLS = TLSImplicit
	default:
		return Config{}, invalid("it begins with smtp:// or smtps://")
	}
	if strings.Trim(u.Path, "/") != "" || u.Fragment != "" {
		return Config{}, invalid("nothing stands between the host and the question mark")
	}
	if err := readQuery(&c, u.RawQuery); err != nil {
		return Config{}, err
	}
	c = c.withDefaults()
	return c, c.check()
}

func port(u *url.URL) (int, error) {
	if u.Port() == "" {
		return 0, nil
	}
	n, err := strconv.Atoi(u.Port())
	if err != nil || n == 0 {
		return 0, invalid("the port is a number from 1 to 65535")
	}
	return n, nil
}

func readQuery(c *Config, raw string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		return invalid("what follows the question mark can't be read")
	}
	for name, values := range query {
		if len(values) != 1 {
			return invalid("%s is given more than once", name)
		}
		read, known := parameters[name]
		if !known {
			return invalid("%q is not a parameter", name)
		}
		if err := read(c, values[0]); err != nil {
			return err
		}
	}
	return nil
}

var parameters = map[string]func(*Config, string) error{
	"from":        func(c *Config, v string) error { return readAddress(&c.From, "from", v) },
	"reply_to":    readReplyTo,
	"tls":         readTLS,
	"ca":          readAuthorities,
	"unsubscribe": readUnsubscribe,
	"auth":        func(c *Config, v string) error { c.Auth = strings.ToUpper(v); return nil },
	"hello":       func(c *Config, v string) error { c.Hello = v; return nil },
	"timeout":     func(c *Config, v string) error { return readDuration(&c.Timeout, "timeout", v) },
	"end_timeout": func(c *Config, v string) error { return readDuration(&c.EndTimeout, "end_timeout", v) },
}

func readAddress(to *mail.Address, name, value string) error {
	a, err := mail.ParseAddress(value)
	if err != nil {
		return invalid("%s is not an e-mail address", name)
	}
	*to = *a
	return nil
}

func readReplyTo(c *Config, value string) error {
	c.ReplyTo = new(mail.Address)
	return readAddress(c.ReplyTo, "reply_to", value)
}

func readTLS(c *Config, value string) error {
	if c.TLS == TLSImplicit && value != string(TLSImplicit) {
		return invalid("smtps:// is encrypted from the start; tls says otherwise")
	}
	c.TLS = TLSPolicy(value)
	return nil
}

func readUnsubscribe(c *Config, value string) error {
	u, err := url.Parse(value)
	if err != nil || (u.Scheme != "https" && u.Scheme != "mailto") || strings.ContainsAny(value, "<>\r\n ") {
		return invalid("unsubscribe is an https or mailto address")
	}
	c.Unsubscribe = value
	return nil
}

func readAuthorities(c *Config, file string) error {
	pem, err := os.ReadFile(file)
	if err != nil {
		return invalid("reading the authorities in ca: %w", err)
	}
	c.Roots = x509.NewCertPool()
	if !c.Roots.AppendCertsFromPEM(pem) {
		return invalid("the file in ca holds no certificate in PEM form")
	}
	return nil
}

func readDuration(to *time.Duration, name, value string) error {
	d, err := time.ParseDuration(value)
	if err != nil || d <= 0 {
		return invalid("%s is a duration such as 30s", name)
	}
	*to = d
	return nil
}
