package email

import (
	"context"
	"crypto/tls"
	"errors"
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
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
}

// connect goes as far as a server that is ready for a mail.
func (c *Channel) connect(ctx context.Context) (*dialogue, error) {
	d := &dialogue{config: c.config}
	d.ctx, d.cancel = context.WithCancelCause(ctx)
	d.timer = time.AfterFunc(c.config.Timeout, func() { d.cancel(errTimeout) })
	if err := d.open(); err != nil {
		d.hangUp()
		return nil, err
	}
	return d, nil
}

func (d *dialogue) open() error {
	for _, step := range []struct {
		name stepName
		do   func() error
	}{
		{stepConnect, d.dial},
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

func (d *dialogue) dial() error {
	address := net.JoinHostPort(d.config.Host, strconv.Itoa(d.config.Port))
	conn, err := new(net.Dialer).DialContext(d.ctx, "tcp", address)
	if err != nil {
		return err
	}
	context.AfterFunc(d.ctx, func() { _ = conn.Close() })
	d.conn = conn
	if d.config.TLS != TLSImplicit {
		return nil
	}
	encrypted := tls.Client(conn, d.tls())
	d.conn = encrypted
	return encrypted.HandshakeContext(d.ctx)
}

func (d *dialogue) tls() *tls.Config {
	return &tls.Config{ServerName: d.config.Host, RootCAs: d.config.Roots, MinVersion: tls.VersionTLS12}
}

func (d *dialogue) greet() (err error) {
	d.client, err = smtp.NewClient(d.conn, d.config.Host)
	return err
}

func (d *dialogue) encrypt() error {
	if d.config.TLS == TLSNone || d.config.TLS == TLSImplicit {
		return nil
	}
	if offered, _ := d.client.Extension("STARTTLS"); offered {
		return d.client.StartTLS(d.tls())
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
	return d.client.Auth(auth)
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
	return &stepError{step: at, err: err, cause: context.Cause(d.ctx)}
}
