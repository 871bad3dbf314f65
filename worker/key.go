package worker

import (
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"throughline/care"
)

// keySize is AES-256's.
const keySize = 32

// Key encrypts what Temporal stores. Who loses it loses every running enrollment's history, though not
// the journal; it belongs into the backup, apart from the database.
type Key struct {
	id     string
	secret [keySize]byte
}

// NewKey makes a key of 32 octets.
func NewKey(secret []byte) (Key, error) {
	if len(secret) != keySize {
		return Key{}, care.Errorf(care.Invalid, "an encryption key has %d octets, and this one has %d", keySize, len(secret))
	}
	k := Key{id: keyID(secret)}
	copy(k.secret[:], secret)
	return k, nil
}

// ID names the key without telling it.
func (k Key) ID() string { return k.id }

// Derive gives a secret for another purpose, which tells nothing of the key: processes that share the
// key share it too.
func (k Key) Derive(purpose string) []byte {
	mac := hmac.New(sha256.New, k.secret[:])
	mac.Write([]byte("throughline " + purpose))
	return mac.Sum(nil)
}

// String keeps the secret out of logs.
func (k Key) String() string { return "key " + k.id }

// GoString keeps the secret out of %#v.
func (k Key) GoString() string { return k.String() }

func keyID(secret []byte) string {
	sum := sha256.Sum256(append([]byte("throughline payload key\x00"), secret...))
	return hex.EncodeToString(sum[:8])
}

// ReadKey reads a key from a file of exactly 32 octets. A file that others may read is refused.
func ReadKey(path string) (Key, error) {
	info, err := os.Stat(path)
	if err != nil {
		return Key{}, fmt.Errorf("reading the encryption key: %w", err)
	}
	// A container's secrets are mounted with modes of the host's making, for its one process.
	if info.Mode().Perm()&0o077 != 0 && !strings.HasPrefix(path, "/run/secrets/") {
		return Key{}, care.Errorf(care.Invalid, "the encryption key %s can be read by others: chmod 600 it", path)
	}
	secret, err := os.ReadFile(path)
	if err != nil {
		return Key{}, fmt.Errorf("reading the encryption key: %w", err)
	}
	return NewKey(unwrapped(secret))
}

// unwrapped gives the key of a file that holds it in base64, as secrets are often handed over.
func unwrapped(secret []byte) []byte {
	if len(secret) == keySize {
		return secret
	}
	if raw, err := base64.StdEncoding.DecodeString(strings.TrimSpace(string(secret))); err == nil {
		return raw
	}
	return secret
}

// ReadOrCreateKey reads the key, or makes a random one where there is no file.
func ReadOrCreateKey(path string) (Key, error) {
	k, err := ReadKey(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return k, err
	}
	secret := make([]byte, keySize)
	_, _ = rand.Read(secret) // never fails since Go 1.24
	if err := writeKey(path, secret); err != nil {
		return Key{}, err
	}
	return ReadKey(path)
}

// writeKey puts the file in place whole: a key cut short by a crash would lock the data away. Where
// another process was first, its key stands.
func writeKey(path string, secret []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".key-*") // mode 0600
	if err != nil {
		return fmt.Errorf("making the encryption key: %w", err)
	}
	defer os.Remove(f.Name())
	_, err = f.Write(secret)
	if err := errors.Join(err, f.Sync(), f.Close()); err != nil {
		return fmt.Errorf("writing the encryption key: %w", err)
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("placing the encryption key: %w", err)
	}
	return nil
}
