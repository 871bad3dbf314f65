package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"throughline/care"
)

// The purposes of links.
const (
	PurposeReferral = "referral" // a partner answers a referral
	PurposeAnswers  = "answers"  // a patient answers questions
)

// What is wrong with a link's token.
var (
	ErrBadLink     = errors.New("the link is not one of ours")
	ErrExpiredLink = errors.New("the link has expired")
)

// Link is what a token says. Nothing in it tells of a patient.
type Link struct {
	ID        care.ID
	Purpose   string // the one thing it is for
	ExpiresAt time.Time
}

// Links signs the tokens of links and knows its own again. Whether a link was revoked or used is not
// in the token: the store knows, by the link's id.
type Links struct {
	key []byte
	now func() time.Time
}

// NewLinks signs with a key that is made of the secret, which every process of an installation must
// share: one makes the links and another one opens them. Now is the time that links expire by.
func NewLinks(secret []byte, now func() time.Time) *Links {
	return &Links{key: sign(secret, "partner link"), now: now}
}

const (
	linkVersion = 1
	idBytes     = 16
	linkHead    = 1 + idBytes + 8 // version, id, expiry
)

// Token writes a link down: base64url of version, id, expiry and purpose, with their HMAC-SHA256.
func (l *Links) Token(link Link) (string, error) {
	id, err := hex.DecodeString(strings.ReplaceAll(link.ID, "-", ""))
	if err != nil || len(id) != idBytes {
		return "", care.Errorf(care.Invalid, "a link needs an id")
	}
	body := append([]byte{linkVersion}, id...)
	body = binary.BigEndian.AppendUint64(body, uint64(link.ExpiresAt.Unix()))
	body = append(body, link.Purpose...)
	return base64.RawURLEncoding.EncodeToString(append(body, sign(l.key, string(body))...)), nil
}

// Verify reads a token that is for the purpose. ErrBadLink where we did not sign it so; with
// ErrExpiredLink the link is given too.
func (l *Links) Verify(token, purpose string) (Link, error) {
	raw, err := base64.RawURLEncoding.Strict().DecodeString(token)
	if err != nil || strings.ContainsAny(token, "\r\n") || // which the decoder would skip
		len(raw) < linkHead+sha256.Size || raw[0] != linkVersion {
		return Link{}, ErrBadLink
	}
	body, mac := raw[:len(raw)-sha256.Size], raw[len(raw)-sha256.Size:]
	if !hmac.Equal(mac, sign(l.key, string(body))) {
		return Link{}, ErrBadLink
	}
	link := Link{
		ID:        uuidText(body[1 : 1+idBytes]),
		ExpiresAt: time.Unix(int64(binary.BigEndian.Uint64(body[1+idBytes:linkHead])), 0).UTC(),
		Purpose:   string(body[linkHead:]),
	}
	if link.Purpose != purpose {
		return Link{}, ErrBadLink
	}
	if !l.now().Before(link.ExpiresAt) {
		return link, ErrExpiredLink
	}
	return link, nil
}

func uuidText(raw []byte) care.ID {
	s := hex.EncodeToString(raw)
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
