package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"time"

	"throughline/care"
)

// SessionLife is how long a browser stays signed in.
const SessionLife = 12 * time.Hour

// Sessions opens and knows browser sessions. A session is signed with a key made from the
// administrator's token: it outlives a restart, and a new token ends all of them. That of a person
// with a token of their own ends with that token.
type Sessions struct {
	key    []byte
	now    func() time.Time
	people *People
}

// NewSessions makes the sessions that the token opens. Now is the real time.
func NewSessions(token string, now func() time.Time) *Sessions {
	return &Sessions{key: sign([]byte(token), "browser session"), now: now}
}

// With adds those who have tokens of their own.
func (s *Sessions) With(people *People) *Sessions {
	return &Sessions{key: s.key, now: s.now, people: people}
}

// Open gives the value of a new session of who signed in, and until when it is good.
func (s *Sessions) Open(who care.Actor) (value string, until time.Time) {
	until = s.now().Add(SessionLife).UTC().Truncate(time.Second)
	body := binary.BigEndian.AppendUint64(nil, uint64(until.Unix()))
	if who != Administrator {
		body = append(body, who.ID...)
	}
	return base64.RawURLEncoding.EncodeToString(append(body, sign(s.key, string(body))...)), until
}

// Who tells whose session the value is.
func (s *Sessions) Who(value string) (care.Actor, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(raw) < 8+sha256.Size {
		return care.Actor{}, false
	}
	body, mac := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(mac, sign(s.key, string(body))) {
		return care.Actor{}, false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(body[:8])), 0)
	if !s.now().Before(until) {
		return care.Actor{}, false
	}
	if len(body) > 8 {
		return s.people.byID(string(body[8:]))
	}
	return Administrator, true
}

// sign is HMAC-SHA256.
func sign(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
