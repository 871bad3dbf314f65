package mailbox

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"net/mail"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"throughline/care"
	"throughline/notify"
	"throughline/notify/rfc5322"
)

const extension = ".eml"

// Dir is a Store of one .eml file per message, readable by its owner only. The file's name is made from
// the message's id, so that the file system itself keeps a message from being there twice, and its
// modification time is when it was put. Several processes may share a directory.
type Dir struct {
	path string
	from mail.Address
	now  func() time.Time
}

var _ Store = (*Dir)(nil)

// OpenDir opens the mailbox in the directory, which is made if it doesn't exist. Mail is from the sender.
func OpenDir(path string, from mail.Address, now func() time.Time) (*Dir, error) {
	if _, err := rfc5322.ParseMailbox(from.Address); err != nil {
		return nil, fmt.Errorf("reading the mailbox's sender: %w", err)
	}
	if err := os.MkdirAll(path, 0o700); err != nil {
		return nil, fmt.Errorf("making the mailbox's directory: %w", err)
	}
	return &Dir{path: path, from: from, now: now}, nil
}

// KeyOf gives the key under which the message with the id is kept.
func KeyOf(messageID string) string {
	sum := sha256.Sum256([]byte(messageID))
	return hex.EncodeToString(sum[:16])
}

var isKey = regexp.MustCompile(`^[0-9a-f]{32}$`).MatchString

func (d *Dir) file(key string) string { return filepath.Join(d.path, key+extension) }

// Put implements Store. The file appears whole or not at all.
func (d *Dir) Put(ctx context.Context, m notify.Message) error {
	target := d.file(KeyOf(m.ID))
	if _, err := os.Stat(target); err == nil {
		return nil
	}
	at := d.now()
	octets, err := rfc5322.Compose(m, rfc5322.Options{From: d.from, Date: at})
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return care.Errorf(care.Unavailable, "given up before the mail was kept")
	}
	return d.write(target, octets, at)
}

func (d *Dir) write(target string, octets []byte, at time.Time) error {
	temp, err := os.CreateTemp(d.path, ".new-*") // mode 0600
	if err != nil {
		return fmt.Errorf("making the mail's file: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }() // once linked or renamed, there is nothing to lose
	_, err = temp.Write(octets)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("writing the mail's file: %w", err)
	}
	if err := os.Chtimes(temp.Name(), at, at); err != nil {
		return fmt.Errorf("dating the mail's file: %w", err)
	}
	return publish(temp.Name(), target)
}

// publish links rather than renames, so that of two processes with the same message the first wins and its
// file is never replaced. Where the file system has no links, renaming puts the same mail in its own place.
func publish(temp, target string) error {
	err := os.Link(temp, target)
	if err == nil || errors.Is(err, fs.ErrExist) {
		return nil
	}
	if err := os.Rename(temp, target); err != nil {
		return fmt.Errorf("putting the mail's file in its place: %w", err)
	}
	return nil
}
