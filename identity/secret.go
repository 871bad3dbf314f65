package identity

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"throughline/care"
)

// secretBytes is 256 bits.
const secretBytes = 32

// ownerOnly is the mode of a file that holds a secret.
const ownerOnly fs.FileMode = 0o600

// ensureSecret reads the secret in the file, or makes the file with a new one. Two processes that
// start together agree on one secret, and a crash leaves none that is half written.
func ensureSecret(path string) (secret string, created bool, err error) {
	secret, err = readSecret(path)
	if err == nil || !errors.Is(err, fs.ErrNotExist) {
		return secret, false, err
	}
	if err := writeSecret(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return "", false, err
	} else if err == nil {
		created = true
	}
	secret, err = readSecret(path)
	return secret, created, err
}

func readSecret(path string) (string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return "", fmt.Errorf("looking for the secret: %w", err)
	}
	if info.Mode().Perm()&^ownerOnly != 0 {
		return "", care.Errorf(care.Invalid, "others than its owner may read %s: run chmod 600 on it, or remove it to have a new one made", path)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("reading the secret: %w", err)
	}
	secret := strings.TrimSpace(string(text))
	if raw, err := base64.RawURLEncoding.DecodeString(secret); err != nil || len(raw) < secretBytes {
		return "", care.Errorf(care.Invalid, "%s holds no secret of ours: remove it to have a new one made", path)
	}
	return secret, nil
}

// writeSecret puts a whole file in place at once; fs.ErrExist where somebody else was first.
func writeSecret(path string) error {
	var raw [secretBytes]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	temp, err := os.CreateTemp(filepath.Dir(path), ".secret-*")
	if err != nil {
		return fmt.Errorf("making the secret's file: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.WriteString(base64.RawURLEncoding.EncodeToString(raw[:]) + "\n")
	if err := errors.Join(err, temp.Chmod(ownerOnly), temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("writing the secret: %w", err)
	}
	if err := os.Link(temp.Name(), path); err != nil {
		return fmt.Errorf("putting the secret in place: %w", err)
	}
	return nil
}
