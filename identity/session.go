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
// administrator's token: it outlives a restart, and a new token ends all of them.
type Sessions struct {
	key []byte
	now func() time.Time
}

// NewSessions makes the sessions that the token opens. Now is the real time.
func NewSessions(token string, now func() time.Time) *Sessions {
	return &Sessions{key: sign([]byte(token), "browser session"), now: now}
}

// Open gives the value of a new session, and until when it is good.
func (s *Sessions) Open() (value string, until time.Time) {
	until = s.now().Add(SessionLife).UTC().Truncate(time.Second)
	body := binary.BigEndian.AppendUint64(nil, uint64(until.Unix()))
	return base64.RawURLEncoding.EncodeToString(append(body, sign(s.key, string(body))...)), until
}

// Who tells whose session the value is.
func (s *Sessions) Who(value string) (care.Actor, bool) {
	raw, err := base64.RawURLEncoding.DecodeString(value)
	if err != nil || len(raw) != 8+sha256.Size {
		return care.Actor{}, false
	}
	body, mac := raw[:8], raw[8:]
	if !hmac.Equal(mac, sign(s.key, string(body))) {
		return care.Actor{}, false
	}
	until := time.Unix(int64(binary.BigEndian.Uint64(body)), 0)
	if !s.now().Before(until) {
		return care.Actor{}, false
	}
	return Administrator, true
}

// sign is HMAC-SHA256.
func sign(key []byte, text string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(text))
	return h.Sum(nil)
}
