package notifytest

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"
	"sync"
)

// listener accepts connections and fails those that are to fail before the first command.
type listener struct {
	net.Listener
	server *Server
	tls    *tls.Config
}

func (l *listener) Accept() (net.Conn, error) {
	for {
		raw, err := l.Listener.Accept()
		if err != nil {
			return nil, fmt.Errorf("accepting: %w", err)
		}
		if _, fails := l.server.take(AtConnect); fails {
			reset(raw)
			continue
		}
		c := &conn{Conn: raw, server: l.server, tls: l.tls}
		if l.server.options.Security == ImplicitTLS {
			c.secure(tls.Server(raw, l.tls))
		} else {
			c.in = bufio.NewReader(raw)
		}
		if code, fails := l.server.take(AtGreeting); fails {
			go func() {
				_ = c.fail(code) // the caller is gone, or is told
				_ = c.Close()    // a server that greets with a refusal hangs up
			}()
			continue
		}
		return c, nil
	}
}

// reset ends a connection with RST rather than FIN, as a crashed host does.
func reset(raw net.Conn) {
	if tcp, ok := raw.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0) // worst case it ends politely
	}
	_ = raw.Close()
}

// conn stands between the network and the SMTP server, in plain text on its side: it sees each command
// before the server does, and answers in its place where the step is to fail. STARTTLS is done here, so
// that it sees the commands after it too.
type conn struct {
	net.Conn
	server *Server
	tls    *tls.Config

	mu      sync.Mutex // guards Conn against Close from another goroutine
	in      *bufio.Reader
	pending []byte
	isTLS   bool
	inBody  bool
	midLine bool
	hangUp  bool // after the next write
}

func (c *conn) secure(over *tls.Conn) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Conn, c.in, c.isTLS = over, bufio.NewReader(over), true
}

// Close implements net.Conn.
func (c *conn) Close() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Conn.Close() //nolint:wrapcheck // it stands in for the connection
}

// Read implements net.Conn.
func (c *conn) Read(p []byte) (int, error) {
	for len(c.pending) == 0 {
		line, err := c.in.ReadSlice('\n')
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return 0, err //nolint:wrapcheck // the server compares with io.EOF
		}
		pass, err := c.look(line)
		if err != nil {
			return 0, err
		}
		if pass {
			c.pending = bytes.Clone(line)
		}
	}
	n := copy(p, c.pending)
	c.pending = c.pending[n:]
	return n, nil
}

// look tells whether the server is to see the line.
func (c *conn) look(line []byte) (pass bool, err error) {
	if c.inBody {
		return true, c.lookBody(line)
	}
	verb, _, _ := strings.Cut(strings.TrimSpace(string(line)), " ")
	step, ok := steps[strings.ToUpper(verb)]
	if !ok {
		return true, nil
	}
	if code, fails := c.server.take(step); fails {
		return false, c.fail(code)
	}
	if step == AtStartTLS && c.server.options.Security == StartTLS {
		return false, c.startTLS()
	}
	return true, nil
}

var steps = map[string]Step{
	"EHLO": AtHello, "HELO": AtHello, "STARTTLS": AtStartTLS, "AUTH": AtAuth,
	"MAIL": AtMail, "RCPT": AtRcpt, "DATA": AtData,
}

func (c *conn) lookBody(line []byte) error {
	if !c.midLine && string(line) == ".\r\n" {
		c.inBody = false
		return nil
	}
	c.midLine = !bytes.HasSuffix(line, []byte("\n"))
	code, fails := c.server.take(InBody)
	if !fails {
		return nil
	}
	return c.fail(min(code, Drop))
}

// fail does what a failing step does. Without an error the connection goes on.
func (c *conn) fail(code int) error {
	switch code {
	case Drop:
		return errors.Join(io.ErrUnexpectedEOF, c.Close())
	case Stall:
		<-c.server.closed
		return errors.Join(io.ErrUnexpectedEOF, c.Close())
	}
	return c.say(fmt.Sprintf("%d %d.0.0 as the test demands, for <someone@example.org>", code, code/100))
}

func (c *conn) say(reply string) error {
	if _, err := io.WriteString(c.Conn, reply+"\r\n"); err != nil {
		return fmt.Errorf("replying: %w", err)
	}
	return nil
}

func (c *conn) startTLS() error {
	if c.isTLS {
		return c.say("503 5.5.1 already encrypted")
	}
	if err := c.say("220 2.0.0 go ahead"); err != nil {
		return err
	}
	over := tls.Server(c.Conn, c.tls)
	if err := over.HandshakeContext(context.Background()); err != nil { //nolint:forbidigo // Close ends it
		return fmt.Errorf("shaking hands: %w", err)
	}
	c.secure(over)
	return nil
}

// Write implements net.Conn.
func (c *conn) Write(p []byte) (int, error) {
	if c.isTLS && string(p) == "250-STARTTLS\r\n" {
		return len(p), nil // RFC 3207 section 4.2: not offered once it is done
	}
	n, err := c.Conn.Write(p)
	if bytes.HasPrefix(p, []byte("354 ")) {
		c.inBody = true
	}
	if c.hangUp {
		err = errors.Join(err, c.Close())
	}
	return n, err
}
