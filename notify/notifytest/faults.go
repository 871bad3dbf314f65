package notifytest

import "sync"

// Step is a point of a mail's delivery where the server can fail.
type Step string

// The steps, in the order a delivery passes them.
const (
	AtConnect  Step = "connect"     // the connection is reset at once, whatever the code
	AtGreeting Step = "greeting"    // instead of 220
	AtHello    Step = "EHLO"        // EHLO and HELO
	AtStartTLS Step = "STARTTLS"    // before the handshake
	AtAuth     Step = "AUTH"        //
	AtMail     Step = "MAIL"        //
	AtRcpt     Step = "RCPT"        //
	AtData     Step = "DATA"        // instead of 354
	InBody     Step = "body"        // Drop or Stall once the first line of the mail has come; codes act as Drop
	AtEnd      Step = "end of data" // the mail is there whole. A code refuses it; Drop and Stall keep it and say nothing
	AfterReply Step = "after reply" // the connection is lost right after 250
)

// What a failing step does instead of answering with a code.
const (
	Drop  = 0  // the connection is lost
	Stall = -1 // the server says nothing more
)

type fault struct {
	code int
	left int // attempts still to fail; negative: all
}

type faults struct {
	mu   sync.Mutex
	at   map[Step]fault
	seen map[Step]int
}

func (f *faults) set(step Step, code, times int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.at == nil {
		f.at = map[Step]fault{}
	}
	f.at[step] = fault{code: code, left: times}
}

func (f *faults) clear() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.at = nil
}

// take tells whether this passing of the step fails, and how; it counts the passing.
func (f *faults) take(step Step) (code int, fails bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.seen == nil {
		f.seen = map[Step]int{}
	}
	f.seen[step]++
	it, ok := f.at[step]
	if !ok || it.left == 0 {
		return 0, false
	}
	if it.left > 0 {
		it.left--
		f.at[step] = it
	}
	return it.code, true
}

func (f *faults) count(step Step) int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.seen[step]
}
