package notifytest

import (
	"crypto/subtle"
	"errors"
	"fmt"
	"io"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// session is one connection's conversation.
type session struct {
	server *Server
	conn   *conn
	mail   Mail
	user   string
}

func (s *Server) newSession(c *smtp.Conn) (smtp.Session, error) {
	connection, ok := c.Conn().(*conn)
	if !ok {
		return nil, errors.New("a connection of another listener")
	}
	return &session{server: s, conn: connection}, nil
}

// quiet is the library's log: lost connections are what this server is for.
type quiet struct{}

// Printf implements smtp.Logger.
func (quiet) Printf(string, ...any) {}

// Println implements smtp.Logger.
func (quiet) Println(...any) {}

// AuthMechanisms implements smtp.AuthSession. Passwords are asked for over an encrypted connection only,
// unless the server never encrypts.
func (s *session) AuthMechanisms() []string {
	if s.server.options.NoAuth || (!s.conn.isTLS && s.server.options.Security != Plain) {
		return nil
	}
	return s.server.options.Mechanisms
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(mechanism string) (sasl.Server, error) {
	switch mechanism {
	case sasl.Plain:
		return sasl.NewPlainServer(func(_, user, password string) error { return s.signIn(user, password) }), nil
	case sasl.Login:
		return &loginServer{signIn: s.signIn}, nil
	}
	return nil, smtp.ErrAuthUnknownMechanism
}

func (s *session) signIn(user, password string) error {
	o := s.server.options
	if subtle.ConstantTimeCompare([]byte(user+"\x00"+password), []byte(o.User+"\x00"+o.Password)) != 1 {
		return smtp.ErrAuthFailed
	}
	s.user = user
	return nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if !s.server.options.NoAuth && s.user == "" {
		return &smtp.SMTPError{Code: 530, EnhancedCode: smtp.EnhancedCode{5, 7, 0}, Message: "sign in first"}
	}
	s.mail = Mail{From: from, User: s.user, Secure: s.conn.isTLS}
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	s.mail.To = append(s.mail.To, to)
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return fmt.Errorf("reading the mail: %w", err)
	}
	code, fails := s.server.take(AtEnd)
	if fails && code > 0 {
		return &smtp.SMTPError{Code: code, Message: "as the test demands, for <someone@example.org>"}
	}
	s.mail.Raw = raw
	n := s.server.keep(s.mail)
	if fails {
		return s.conn.fail(code)
	}
	if _, fails := s.server.take(AfterReply); fails {
		s.conn.hangUp = true
	}
	// The library knows no other way to give a reply of one's own.
	return &smtp.SMTPError{Code: 250, EnhancedCode: smtp.EnhancedCode{2, 0, 0}, Message: fmt.Sprintf("OK: queued as T%d", n)}
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.mail = Mail{} }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

// loginServer is the server's side of AUTH LOGIN, which asks for the name and then for the password.
type loginServer struct {
	signIn func(user, password string) error
	asked  int
	user   string
}

// Next implements sasl.Server.
func (l *loginServer) Next(response []byte) (challenge []byte, done bool, err error) {
	l.asked++
	switch l.asked {
	case 1:
		return []byte("Username:"), false, nil
	case 2:
		l.user = string(response)
		return []byte("Password:"), false, nil
	case 3:
		return nil, true, l.signIn(l.user, string(response))
	}
	return nil, false, errors.New("too many answers")
}
