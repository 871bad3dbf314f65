package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"strconv"
	"time"

	"github.com/wneessen/go-mail/smtp"
)

// quitTimeout bounds the good-bye, whose answer changes nothing.
const quitTimeout = 2 * time.Second

var (
	errTimeout    = errors.New("no answer in time")
	errNoSTARTTLS = errors.New("the server offers no STARTTLS, and the setting demands encryption")
	errNoSMTPUTF8 = errors.New("the server takes no addresses outside ASCII")
)

// dialogue is one conversation with the server. Whatever ends its context, a timeout included, closes the
// connection, which ends whatever waits on it.
type dialogue struct {
	config Config
	conn   net.Conn
	client *smtp.Client
	timer  *time.Timer
	cancel context.CancelCauseFunc
	cause  func() error // what ended the context, nil while nothing has
}

// connect goes as far as a server that is ready for a mail.
func (c *Channel) connect(ctx context.Context) (*dialogue, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	d := &dialogue{config: c.config, cancel: cancel, cause: func() error { return context.Cause(ctx) }}
	d.timer = time.AfterFunc(c.config.Timeout, func() { d.cancel(errTimeout) })
	if err := d.open(ctx); err != nil {
		d.hangUp()
		return nil, err
	}
	return d, nil
}

func (d *dialogue) open(ctx context.Context) error {
	for _, step := range []struct {
		name stepName
		do   func() error
	}{
		{stepConnect, func() error { return d.dial(ctx) }},
		{stepGreeting, d.greet},
		{stepHello, func() error { return d.client.Hello(d.config.Hello) }},
		{stepTLS, d.encrypt},
		{stepAuth, d.signIn},
	} {
		if err := step.do(); err != nil {
			return d.broken(step.name, err)
		}
	}
	return nil
}

func (d *dialogue) dial(ctx context.Context) error {
	address := net.JoinHostPort(d.config.Host, strconv.Itoa(d.config.Port))
	conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
	if err != nil {
		return fmt.Errorf("dialing: %w", err)
	}
	context.AfterFunc(ctx, func() { _ = conn.Close() })
	d.conn = conn
	if d.config.TLS != TLSImplicit {
		return nil
	}
	encrypted := tls.Client(conn, d.tls())
	d.conn = encrypted
	return wrap("shaking hands", encrypted.HandshakeContext(ctx))
}

func (d *dialogue) tls() *tls.Config {
	return &tls.Config{ServerName: d.config.Host, RootCAs: d.config.Roots, MinVersion: tls.VersionTLS12}
}

func (d *dialogue) greet() error {
	client, err := smtp.NewClient(d.conn, d.config.Host)
	if err != nil {
		return fmt.Errorf("waiting for the greeting: %w", err)
	}
	d.client = client
	return nil
}

func (d *dialogue) encrypt() error {
	if d.config.TLS == TLSNone || d.config.TLS == TLSImplicit {
		return nil
	}
	if offered, _ := d.client.Extension("STARTTLS"); offered {
		return wrap("starting TLS", d.client.StartTLS(d.tls()))
	}
	if d.config.TLS == TLSMandatory {
		return errNoSTARTTLS
	}
	return nil
}

func (d *dialogue) signIn() error {
	if d.config.User == "" {
		return nil
	}
	_, offered := d.client.Extension("AUTH")
	_, encrypted := d.client.TLSConnectionState()
	auth, err := chooseAuth(d.config, offered, encrypted)
	if err != nil {
		return err
	}
	return wrap("signing in", d.client.Auth(auth))
}

func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// send gives the mail to the server, which answers with its name for it.
func (d *dialogue) send(e envelope, octets []byte) (providerID string, err error) {
	if err := d.address(e); err != nil {
		d.quit()
		return "", err
	}
	w, err := d.client.Data()
	if err != nil {
		d.quit()
		return "", d.broken(stepData, err)
	}
	// From here on there is no polite way out but the end of the mail: any command would first write the
	// line that ends it, and the server would take a torn mail for a whole one.
	if _, err := w.Write(octets); err != nil {
		return "", d.broken(stepBody, err)
	}
	d.timer.Reset(d.config.EndTimeout)
	if err := w.Close(); err != nil && !isAccepted(err) {
		return "", d.broken(stepEnd, err)
	}
	d.quit()
	if closer, ok := w.(*smtp.DataCloser); ok {
		providerID = queueID(closer.ServerResponse())
	}
	return providerID, nil
}

func (d *dialogue) address(e envelope) error {
	if offered, _ := d.client.Extension("SMTPUTF8"); e.needsUTF8 && !offered {
		return d.broken(stepMail, errNoSMTPUTF8)
	}
	// Asked for needlessly, it would make the next server on the way refuse.
	d.client.SkipSMTPUTF8(!e.needsUTF8)
	if err := d.client.Mail("<" + e.from + ">"); err != nil {
		return d.broken(stepMail, err)
	}
	if err := d.client.Rcpt("<" + e.to + ">"); err != nil {
		return d.broken(stepRcpt, err)
	}
	return nil
}

// quit says good-bye. How it is taken doesn't matter: a mail is accepted or refused by then.
func (d *dialogue) quit() {
	d.timer.Reset(quitTimeout)
	_ = d.client.Quit()
}

func (d *dialogue) hangUp() {
	d.timer.Stop()
	d.cancel(nil) // closes the connection too
}

func (d *dialogue) broken(at stepName, err error) error {
	return &stepError{step: at, err: err, cause: d.cause()}
}
