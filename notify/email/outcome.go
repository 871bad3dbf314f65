package email

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"net"
	"net/textproto"
	"regexp"
	"syscall"

	"throughline/notify"
)

// stepName is a step of a delivery, in words that stand in a result's detail.
type stepName string

const (
	stepConnect  stepName = "connecting"
	stepGreeting stepName = "the greeting"
	stepHello    stepName = "EHLO"
	stepTLS      stepName = "STARTTLS"
	stepAuth     stepName = "AUTH"
	stepMail     stepName = "MAIL"
	stepRcpt     stepName = "RCPT"
	stepData     stepName = "DATA"
	stepBody     stepName = "the mail itself"
	stepEnd      stepName = "the end of the mail"
)

// isAboutUs tells steps that fail because of the installation or the relay, not because of the message: a
// refusal there ends when someone mends the setting, so the message is kept and tried again.
func (s stepName) isAboutUs() bool {
	switch s {
	case stepConnect, stepGreeting, stepHello, stepTLS, stepAuth:
		return true
	}
	return false
}

// stepError is a delivery that broke.
type stepError struct {
	step  stepName
	err   error
	cause error // what ended the context, where something had
}

func (e *stepError) Error() string { return fmt.Sprintf("%s: %v", e.step, e.err) }
func (e *stepError) Unwrap() error { return e.err }

// result tells sent from failed from unknown. A reply decides by its code. Without a reply, only a break after
// the end of the mail was written leaves doubt.
func (c *Channel) result(err error) notify.Result {
	at := c.config.Now()
	var broken *stepError
	if !errors.As(err, &broken) {
		return notify.FailedNow("the delivery broke", at)
	}
	if reply := replyOf(broken.err); reply != nil && reply.Code >= 400 {
		detail := fmt.Sprintf("refused at %s: %s", broken.step, codes(reply))
		return notify.Result{Status: notify.Failed, Permanent: isFinal(broken.step, reply), Detail: detail, At: at}
	}
	if errors.Is(broken.err, errNoSMTPUTF8) {
		return notify.FailedForGood(errNoSMTPUTF8.Error(), at)
	}
	detail := fmt.Sprintf("%s at %s", broken.why(), broken.step)
	if broken.step == stepEnd {
		return notify.MaybeSent(detail+": the server may have taken it", at)
	}
	return notify.FailedNow(detail, at)
}

// codeSignInFirst (RFC 4954 section 6) is about the setting, whatever command it answers.
const codeSignInFirst = 530

func isFinal(at stepName, reply *textproto.Error) bool {
	return reply.Code >= 500 && reply.Code != codeSignInFirst && !at.isAboutUs()
}

// isAccepted tells a positive reply other than 250, which the library takes for an error. RFC 5321 section
// 4.2.1: the first digit decides.
func isAccepted(err error) bool {
	reply := replyOf(err)
	return reply != nil && reply.Code/100 == 2
}

func replyOf(err error) *textproto.Error {
	reply, _ := errors.AsType[*textproto.Error](err)
	return reply
}

var enhancedCode = regexp.MustCompile(`^[245]\.\d{1,3}\.\d{1,3}\b`)

// codes gives a reply's code and enhanced code (RFC 2034) and leaves its text out: servers quote addresses.
func codes(reply *textproto.Error) string {
	if enhanced := enhancedCode.FindString(reply.Msg); enhanced != "" {
		return fmt.Sprintf("%d %s", reply.Code, enhanced)
	}
	return fmt.Sprint(reply.Code)
}

var queued = regexp.MustCompile(`(?i)\b(?:queued as |id=)([A-Za-z0-9][A-Za-z0-9._-]{0,79})`)

// queueID finds the server's name for the mail in the reply that accepted it, where it has a form we know.
func queueID(reply string) string {
	found := queued.FindStringSubmatch(reply)
	if found == nil {
		return ""
	}
	return found[1]
}

// why says in our words what broke.
func (e *stepError) why() string {
	var dns *net.DNSError
	var certificate *tls.CertificateVerificationError
	switch {
	case errors.Is(e.cause, errTimeout):
		return errTimeout.Error()
	case errors.Is(e.cause, context.Canceled), errors.Is(e.cause, context.DeadlineExceeded):
		return "given up"
	case errors.Is(e.err, errNoSTARTTLS), errors.Is(e.err, errNoAuth), errors.Is(e.err, errUnencrypted):
		return e.err.Error()
	case errors.As(e.err, &dns):
		return "the server's name was not found"
	case errors.As(e.err, &certificate):
		return "the server's certificate is not trusted"
	case errors.Is(e.err, syscall.ECONNREFUSED):
		return "connection refused"
	}
	return "connection lost"
}
