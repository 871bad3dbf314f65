package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"time"

	"throughline/care"
)

// Fingerprint tells two states of one enrollment apart by what they mean for the patient: by everything
// but the numbering and the time of turns, the events already seen, the memory of a move and of the names
// that steps had in between, and messages that were withdrawn and wait for their delivery to say so.
func Fingerprint(s State) (string, error) {
	s.Seq, s.Seen, s.At, s.Migration, s.Former = 0, nil, time.Time{}, nil, nil
	s.Outbox = slices.DeleteFunc(slices.Clone(s.Outbox), func(m care.Message) bool { return m.Status == care.MessageStopped })
	raw, err := json.Marshal(s)
	if err != nil {
		return "", fmt.Errorf("writing a state: %w", err)
	}
	sum := sha256.Sum256(raw)
	return "sha256:" + hex.EncodeToString(sum[:]), nil
}
