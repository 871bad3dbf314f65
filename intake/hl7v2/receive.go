package hl7v2

import (
	"crypto/sha256"
	"encoding/hex"
	"time"

	"throughline/care"
)

// Receipt is what became of one received message, up to its storing.
type Receipt struct {
	// Message is nil where the bytes hold no HL7 message.
	Message *Message
	// Key is the deduplication key, also for bytes that are no message.
	Key string
	// Inbound is what the message means. After an error it still names kind, source and
	// control id as far as they could be read.
	Inbound care.Inbound
	// Err is why the message can't be used, a care.Error; nil where it can, or is ignored.
	Err error
}

// Receive reads one message: parse, check, interpret. It never fails and never panics; what is
// wrong is in the receipt. The caller stores raw bytes and receipt, then answers with Ack.
func Receive(raw []byte, opt Options, at time.Time) Receipt {
	m, err := Parse(raw)
	if err != nil {
		sum := sha256.Sum256(raw)
		return Receipt{
			Key:     hex.EncodeToString(sum[:]),
			Inbound: care.Inbound{Kind: "unreadable", OccurredAt: at},
			Err:     err,
		}
	}
	if opt.ReceivedAt.IsZero() {
		opt.ReceivedAt = at
	}
	in, err := Interpret(m, opt)
	return Receipt{Message: m, Key: DedupKey(m), Inbound: in, Err: err}
}

// Ack gives the acknowledgement to send once the outcome has been stored. storeErr is the error
// of storing, where it failed: then the sender is asked to send again.
func (r Receipt) Ack(at time.Time, storeErr error) []byte {
	if storeErr != nil {
		return Ack(r.Message, at, storeErr)
	}
	return Ack(r.Message, at, r.Err)
}
