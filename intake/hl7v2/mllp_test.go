package hl7v2

import (
	"bufio"
	"bytes"
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"log/slog"
	"math/big"
	"net"
	"strings"
	"sync"
	"testing"
	"time"
)

// patience bounds every wait of these tests; none of them needs it on a healthy machine.
const patience = 20 * time.Second

// server is a running MLLPServer of a test.
type server struct {
	addr string
	stop context.CancelFunc
	done chan error
}

// serve starts the server on a local port; it is stopped with the test.
func serve(t *testing.T, s MLLPServer, wrap func(net.Listener) net.Listener) *server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	running := &server{addr: listener.Addr().String(), done: make(chan error, 1)}
	if wrap != nil {
		listener = wrap(listener)
	}
	s.Logger = slog.New(slog.DiscardHandler)
	s.Now = func() time.Time { return testNow }
	ctx, cancel := context.WithCancel(context.Background())
	running.stop = cancel
	go func() { running.done <- s.Serve(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		select {
		case <-running.done:
		case <-time.After(patience):
			t.Error("the server did not stop")
		}
	})
	return running
}

// answering acknowledges every message.
func answering(_ context.Context, raw []byte) []byte {
	return Receive(raw, Options{}, testNow).Ack(testNow, nil)
}

// client is a hand-made MLLP sender.
type client struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
}

func dial(t *testing.T, addr string) *client {
	t.Helper()
	conn, err := net.DialTimeout("tcp", addr, patience)
	if err != nil {
		t.Fatal(err)
	}
	return newClient(t, conn)
}

func newClient(t *testing.T, conn net.Conn) *client {
	t.Cleanup(func() { _ = conn.Close() })
	_ = conn.SetDeadline(time.Now().Add(patience))
	return &client{t: t, conn: conn, in: bufio.NewReader(conn)}
}

func (c *client) write(raw string) {
	c.t.Helper()
	if _, err := io.WriteString(c.conn, raw); err != nil {
		c.t.Fatal(err)
	}
}

// answer reads one framed acknowledgement.
func (c *client) answer() *Message {
	c.t.Helper()
	framed, err := c.in.ReadBytes(endOfBlock)
	if err != nil {
		c.t.Fatalf("reading the acknowledgement: %v", err)
	}
	cr, err := c.in.ReadByte()
	if err != nil || cr != '\r' || framed[0] != startOfBlock {
		c.t.Fatalf("the acknowledgement is not framed: %q", framed)
	}
	return parse(c.t, string(framed[1:len(framed)-1]))
}

func (c *client) wantAck(code, controlID string) {
	c.t.Helper()
	m := c.answer()
	if m.Get("MSA-1") != code || m.Get("MSA-2") != controlID {
		c.t.Errorf("acknowledged %s %s, want %s %s", m.Get("MSA-1"), m.Get("MSA-2"), code, controlID)
	}
}

func (c *client) wantClosed() {
	c.t.Helper()
	if rest, err := io.ReadAll(c.in); err != nil && !errors.Is(err, io.EOF) || len(rest) > 0 {
		c.t.Errorf("the connection is not simply closed: %q, %v", rest, err)
	}
}

func TestMLLPSeveralMessagesOnOneConnection(t *testing.T) {
	s := serve(t, MLLPServer{Handler: answering}, nil)
	c := dial(t, s.addr)
	c.write(string(Frame([]byte(admit))))
	c.wantAck("AA", "M1")
	// Two at once, pipelined, the second in pieces.
	second := string(Frame([]byte(result)))
	c.write(string(Frame([]byte(admit))) + second[:20])
	c.wantAck("AA", "M1")
	c.write(second[20:])
	c.wantAck("AA", "M2")
}

func TestMLLPSurvivesFramingErrors(t *testing.T) {
	s := serve(t, MLLPServer{Handler: answering}, nil)
	c := dial(t, s.addr)
	c.write("GET / HTTP/1.1\r\n\r\n" + "\x0b" + admit + "\x1c")                 // noise before, no CR after
	c.write("\x0b" + admit[:60] + "\x0b" + result + "\x1c\r\n\r\n")             // never ended, then a whole one
	c.write("\x0b" + strings.Replace(admit, "Doe", "D\x0be", 1) + "\x0b\x1c\r") // a vertical tab in the text
	c.write("\x0b\x1c\r" + "\x0bnot HL7\x1c\r")
	c.wantAck("AA", "M1")
	c.wantAck("AA", "M2")
	c.wantAck("AA", "M1")
	c.wantAck("AR", "")
	c.wantAck("AR", "")
}

func TestMLLPRefusesWhatIsTooLarge(t *testing.T) {
	s := serve(t, MLLPServer{Handler: answering, MaxMessage: 20 << 10}, nil)
	c := dial(t, s.addr)
	c.write(string(Frame([]byte(admit + "\rNTE|1||" + strings.Repeat("x", 40<<10)))))
	c.wantAck("AR", "M1")
	c.write(string(Frame([]byte(result))))
	c.wantAck("AA", "M2")
	_, _ = io.WriteString(c.conn, "\x0b"+strings.Repeat("x", 200<<10)) // and never ends; the server may hang up first
	if _, err := c.in.ReadByte(); err == nil {
		t.Error("a frame without end was answered")
	}
}

func TestMLLPHandlerThatFails(t *testing.T) {
	var calls int
	s := serve(t, MLLPServer{Handler: func(_ context.Context, _ []byte) []byte {
		calls++
		if calls == 1 {
			panic("a defect")
		}
		return nil
	}}, nil)
	c := dial(t, s.addr)
	c.write(string(Frame([]byte(admit))))
	c.wantAck("AE", "M1")
	c.write(string(Frame([]byte(admit))))
	c.wantClosed()
}

func TestMLLPTimeouts(t *testing.T) {
	s := serve(t, MLLPServer{Handler: answering, IdleTimeout: 50 * time.Millisecond}, nil)
	dial(t, s.addr).wantClosed()

	slow := serve(t, MLLPServer{Handler: answering, ReadTimeout: 50 * time.Millisecond}, nil)
	c := dial(t, slow.addr)
	c.write("\x0bMSH|")
	c.wantClosed()
}

func TestMLLPStopsGracefully(t *testing.T) {
	entered, release := make(chan struct{}), make(chan struct{})
	var once sync.Once
	s := serve(t, MLLPServer{Handler: func(ctx context.Context, raw []byte) []byte {
		once.Do(func() { close(entered) })
		<-release
		if ctx.Err() != nil {
			t.Error("the handler's context ended with the call to stop")
		}
		return answering(ctx, raw)
	}}, nil)
	idle, busy := dial(t, s.addr), dial(t, s.addr)
	busy.write(string(Frame([]byte(admit))))
	<-entered
	s.stop()
	idle.wantClosed()
	close(release)
	busy.wantAck("AA", "M1")
	busy.wantClosed()
	if err := <-s.done; err != nil {
		t.Errorf("stopped with %v", err)
	}
	s.done <- nil
	if conn, err := net.DialTimeout("tcp", s.addr, time.Second); err == nil {
		_ = conn.Close()
		t.Error("a stopped server accepts connections")
	}
}

// A handler that does not come back is left behind after the grace.
func TestMLLPGraceEnds(t *testing.T) {
	entered := make(chan struct{})
	s := serve(t, MLLPServer{Grace: 20 * time.Millisecond, Handler: func(ctx context.Context, _ []byte) []byte {
		close(entered)
		<-ctx.Done()
		return nil
	}}, nil)
	c := dial(t, s.addr)
	c.write(string(Frame([]byte(admit))))
	<-entered
	s.stop()
	if err := <-s.done; err != nil {
		t.Errorf("stopped with %v", err)
	}
	s.done <- nil
}

func TestMLLPLimitsConnections(t *testing.T) {
	s := serve(t, MLLPServer{Handler: answering, MaxConnections: 1}, nil)
	first, second := dial(t, s.addr), dial(t, s.addr)
	second.write(string(Frame([]byte(result)))) // waits in the backlog
	first.write(string(Frame([]byte(admit))))
	first.wantAck("AA", "M1")
	_ = first.conn.Close()
	second.wantAck("AA", "M2")
}

func TestMLLPOverTLS(t *testing.T) {
	certificate, roots := selfSigned(t)
	s := serve(t, MLLPServer{Handler: answering}, func(l net.Listener) net.Listener {
		return tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12})
	})
	plain := dial(t, s.addr)
	plain.write(string(Frame([]byte(admit))))
	if answer, _ := io.ReadAll(plain.in); bytes.Contains(answer, []byte("MSA")) {
		t.Error("a message in the clear was acknowledged")
	}
	conn, err := tls.Dial("tcp", s.addr, &tls.Config{RootCAs: roots, ServerName: "localhost", MinVersion: tls.VersionTLS12})
	if err != nil {
		t.Fatal(err)
	}
	c := newClient(t, conn)
	c.write(string(Frame([]byte(admit))))
	c.wantAck("AA", "M1")
}

func TestMLLPListenerLost(t *testing.T) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = listener.Close()
	if err := ServeMLLP(context.Background(), listener, answering); err == nil {
		t.Error("a lost listener is no error")
	}
}

func selfSigned(t *testing.T) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), DNSNames: []string{"localhost"}, IsCA: true, BasicConstraintsValid: true,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, pool
}
