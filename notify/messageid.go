package notify

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// MessageID gives the RFC 5322 Message-ID of the message with the id, without the angle brackets. The
// same id and domain give the same value. An id that isn't a dot-atom (RFC 5322 section 3.2.3) is
// replaced by its hash.
func MessageID(id, domain string) string {
	left := id
	if !isDotAtom(id) || len(id) > maxLocal {
		sum := sha256.Sum256([]byte(id))
		left = hex.EncodeToString(sum[:16])
	}
	return left + "@" + domain
}

// isDotAtom is narrower than the standard: the rarer atom characters trip up mail gateways.
func isDotAtom(s string) bool {
	if s == "" || strings.HasPrefix(s, ".") || strings.HasSuffix(s, ".") || strings.Contains(s, "..") {
		return false
	}
	return strings.IndexFunc(s, func(r rune) bool {
		return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.+", r)
	}) < 0
}
