package care

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// ID is an opaque, sortable identifier in the form of a UUIDv7 (RFC 9562). It never holds a
// patient fact: not a medical record number, not a name.
type ID = string

// NewID makes a random id for the instant.
func NewID(at time.Time) ID {
	var tail [10]byte
	_, _ = rand.Read(tail[:]) // never fails since Go 1.24
	return formatID(at, tail[:])
}

// DeriveID makes the id that always results from the instant and the parts: what is computed
// twice (a retry, a replay, a rebuilt projection) is the same thing with the same id.
func DeriveID(at time.Time, parts ...string) ID {
	h := sha256.New()
	for _, p := range parts {
		h.Write([]byte(p))
		h.Write([]byte{0})
	}
	return formatID(at, h.Sum(nil))
}

// KeyID makes the id that always results from the parts alone.
func KeyID(parts ...string) ID { return DeriveID(time.UnixMilli(0), parts...) }

func formatID(at time.Time, tail []byte) ID {
	ms := uint64(at.UnixMilli()) // instants before 1970 wrap; ids stay unique by their tail
	var b [16]byte
	for i := range 6 {
		b[i] = byte(ms >> (40 - 8*i))
	}
	copy(b[6:], tail)
	b[6] = b[6]&0x0f | 0x70
	b[8] = b[8]&0x3f | 0x80
	s := hex.EncodeToString(b[:])
	return s[:8] + "-" + s[8:12] + "-" + s[12:16] + "-" + s[16:20] + "-" + s[20:]
}
