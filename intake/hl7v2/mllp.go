package hl7v2

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"sync"
	"time"
)

// Handler works on one framed message, as it was sent, and gives the acknowledgement. It must
// have stored the message durably before it returns: what is acknowledged is never sent again.
// No acknowledgement (nil) closes the connection, so that the sender tries again.
//
// The context ends when the server has to stop for good; it outlives the call to stop gracefully.
type Handler func(ctx context.Context, raw []byte) (ack []byte)

// MLLPServer receives messages over MLLP. The zero value of every setting is a sensible default.
type MLLPServer struct {
	Handler Handler

	MaxMessage     int           // bytes; default 10 MiB; larger ones are answered with AR
	MaxConnections int           // default 256; more wait to be accepted
	IdleTimeout    time.Duration // between messages; default 1 hour, for feeds that keep their connection
	ReadTimeout    time.Duration // for one message, from its first byte, and for the TLS handshake; default 30 s
	WriteTimeout   time.Duration // for one acknowledgement; default 30 s
	Grace          time.Duration // for messages in work when told to stop; default 15 s

	Now    func() time.Time // stamps acknowledgements of the server's own; default time.Now
	Logger *slog.Logger     // default slog.Default()
}

// ServeMLLP serves MLLP on the listener with the default limits until ctx ends.
func ServeMLLP(ctx context.Context, listener net.Listener, handler Handler) error {
	return (&MLLPServer{Handler: handler}).Serve(ctx, listener)
}

// Serve accepts connections until ctx ends; then it closes the listener, lets messages in work be
// acknowledged (Grace), and returns nil. For TLS pass a listener of crypto/tls. Any other end of
// the listener is returned as an error.
func (s *MLLPServer) Serve(ctx context.Context, listener net.Listener) error {
	own := *s
	own.setDefaults()
	return own.run(ctx, listener)
}

// run is Serve once every setting has its value.
func (s *MLLPServer) run(ctx context.Context, listener net.Listener) error {
	work, cancelWork := context.WithCancel(context.WithoutCancel(ctx))
	defer cancelWork()
	stopListening := context.AfterFunc(ctx, func() { _ = listener.Close() })
	defer stopListening()

	var running sync.WaitGroup
	err := s.accept(ctx, listener, func(conn net.Conn) {
		running.Go(func() { s.serveConn(ctx, work, conn) })
	})
	killer := time.AfterFunc(s.Grace, cancelWork)
	defer killer.Stop()
	if err != nil {
		cancelWork()
	}
	running.Wait()
	return err
}

func (s *MLLPServer) setDefaults() {
	s.MaxMessage = orDefault(s.MaxMessage, 10<<20)
	s.MaxConnections = orDefault(s.MaxConnections, 256)
	s.IdleTimeout = orDefault(s.IdleTimeout, time.Hour)
	s.ReadTimeout = orDefault(s.ReadTimeout, 30*time.Second)
	s.WriteTimeout = orDefault(s.WriteTimeout, 30*time.Second)
	s.Grace = orDefault(s.Grace, 15*time.Second)
	if s.Now == nil {
		s.Now = time.Now
	}
	if s.Logger == nil {
		s.Logger = slog.Default()
	}
}

func orDefault[T int | time.Duration](value, otherwise T) T {
	if value <= 0 {
		return otherwise
	}
	return value
}

func (s *MLLPServer) accept(ctx context.Context, listener net.Listener, serve func(net.Conn)) error {
	slots := make(chan struct{}, s.MaxConnections)
	for {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			return nil
		}
		conn, err := listener.Accept()
		if ctx.Err() != nil {
			if err == nil {
				_ = conn.Close()
			}
			return nil
		}
		if errors.Is(err, net.ErrClosed) {
			return fmt.Errorf("accepting an MLLP connection: %w", err)
		}
		if err != nil {
			// Out of file descriptors, or the peer was gone at once: the feed must outlive both.
			s.Logger.Warn("MLLP: connection could not be accepted", "error", err)
			<-slots
			pause(ctx, acceptBackoff)
			continue
		}
		serve(&slotConn{Conn: conn, free: sync.OnceFunc(func() { <-slots })})
	}
}

const acceptBackoff = 50 * time.Millisecond

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// slotConn gives its place among the connections back when it is closed.
type slotConn struct {
	net.Conn
	free func()
}

func (c *slotConn) Close() error {
	defer c.free()
	return c.Conn.Close() //nolint:wrapcheck // it stands in for the connection and adds nothing
}

// serveConn answers the messages of one connection, in their order. stopping ends it between
// messages, work at once.
func (s *MLLPServer) serveConn(stopping, work context.Context, conn net.Conn) {
	log := s.Logger.With("remote_addr", conn.RemoteAddr().String())
	defer func() { _ = conn.Close() }()
	defer context.AfterFunc(work, func() { _ = conn.Close() })()
	if err := s.handshake(work, conn); err != nil {
		log.Warn("MLLP: TLS handshake failed", "error", err)
		return
	}
	idle := &idleGuard{conn: conn}
	defer context.AfterFunc(stopping, idle.stop)()

	frames := frameReader{in: bufio.NewReader(conn), limit: s.MaxMessage}
	frames.begun = func() { idle.busy(s.ReadTimeout) }
	for {
		idle.wait(s.IdleTimeout)
		raw, err := frames.next()
		if err != nil && !errors.Is(err, errTooLarge) {
			logEnd(log, err, stopping.Err() != nil)
			return
		}
		var ack []byte
		if err != nil {
			ack = s.refuse(raw, log)
		} else {
			ack = s.handle(work, raw, log)
		}
		if ack == nil {
			log.Warn("MLLP: message not acknowledged, connection closed")
			return
		}
		_ = conn.SetWriteDeadline(time.Now().Add(s.WriteTimeout))
		if _, err := conn.Write(Frame(ack)); err != nil {
			log.Warn("MLLP: acknowledgement could not be sent", "error", err)
			return
		}
		if stopping.Err() != nil {
			return
		}
	}
}

func (s *MLLPServer) handshake(ctx context.Context, conn net.Conn) error {
	if held, ok := conn.(*slotConn); ok {
		conn = held.Conn
	}
	secure, ok := conn.(*tls.Conn)
	if !ok {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, s.ReadTimeout)
	defer cancel()
	if err := secure.HandshakeContext(ctx); err != nil {
		return fmt.Errorf("shaking hands: %w", err)
	}
	return nil
}

// handle calls the handler; a panic in it is answered like a failure to store.
func (s *MLLPServer) handle(ctx context.Context, raw []byte, log *slog.Logger) (ack []byte) {
	defer func() {
		if p := recover(); p != nil {
			// The panic's value may hold parts of the message, so only its type is logged.
			log.Error("MLLP: handler panicked", "panic_type", fmt.Sprintf("%T", p))
			ack = s.answer(raw, errors.New("the handler panicked"))
		}
	}()
	return s.Handler(ctx, raw)
}

// refuse answers a message above the size limit, of which only the head was kept.
func (s *MLLPServer) refuse(head []byte, log *slog.Logger) []byte {
	log.Warn("MLLP: message refused, too large", "max_bytes", s.MaxMessage)
	return s.answer(head, &Fault{
		Ack: Rejected, Condition: conditionInternal,
		Text: fmt.Sprintf("The message is larger than the %d bytes accepted here: send its documents another way.", s.MaxMessage),
	})
}

func (s *MLLPServer) answer(raw []byte, why error) []byte {
	m, err := Parse(raw)
	if err != nil {
		return Ack(nil, s.Now(), err)
	}
	return Ack(m, s.Now(), why)
}

func logEnd(log *slog.Logger, err error, stopping bool) {
	var timeout net.Error
	switch {
	case errors.Is(err, io.EOF), stopping:
		log.Debug("MLLP: connection ended")
	case errors.As(err, &timeout) && timeout.Timeout():
		log.Info("MLLP: connection timed out")
	default:
		log.Warn("MLLP: connection broken off", "error", err)
	}
}

// idleGuard ends the wait for a next message when the server stops, and leaves a message that
// has begun to arrive alone.
type idleGuard struct {
	conn net.Conn

	mu      sync.Mutex
	waiting bool
	stopped bool
}

func (g *idleGuard) wait(limit time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = true
	deadline := time.Now().Add(limit)
	if g.stopped {
		deadline = time.Now()
	}
	_ = g.conn.SetReadDeadline(deadline)
}

func (g *idleGuard) busy(limit time.Duration) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = false
	_ = g.conn.SetReadDeadline(time.Now().Add(limit))
}

func (g *idleGuard) stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.stopped = true
	if g.waiting {
		_ = g.conn.SetReadDeadline(time.Now())
	}
}
