package mailbox

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"throughline/care"
	"throughline/notify/rfc5322"
)

// The sizes of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 200
)

// Item is one mail in a list.
type Item struct {
	Key string
	At  time.Time // when it was put
	rfc5322.Header
}

// Page is part of the list, newest first.
type Page struct {
	Items []Item
	// Next is the cursor of the page after this one; empty where this is the last.
	Next string
}

// Entry is one mail whole.
type Entry struct {
	Key string
	At  time.Time
	rfc5322.Mail
	Raw []byte // the .eml file
}

// List gives a page of the mailbox, newest first, from the cursor of the page before; the empty cursor
// is the beginning. Mail that arrives meanwhile moves nothing. A limit of 0 is DefaultLimit.
func (d *Dir) List(ctx context.Context, limit int, cursor string) (Page, error) {
	if limit <= 0 {
		limit = DefaultLimit
	}
	limit = min(limit, MaxLimit)
	after, err := parsePlace(cursor)
	if err != nil {
		return Page{}, err
	}
	places, err := d.places(ctx)
	if err != nil {
		return Page{}, err
	}
	if cursor != "" {
		start, found := slices.BinarySearchFunc(places, after, newestFirst)
		if found {
			start++
		}
		places = places[start:]
	}
	page := Page{Items: make([]Item, 0, min(limit, len(places)))}
	if len(places) > limit {
		places = places[:limit]
		page.Next = places[limit-1].String()
	}
	for _, p := range places {
		item, err := d.item(p)
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away since the directory was read
		}
		if err != nil {
			return Page{}, err
		}
		page.Items = append(page.Items, item)
	}
	return page, nil
}

// Count tells how many mails there are.
func (d *Dir) Count(ctx context.Context) (int, error) {
	places, err := d.places(ctx)
	return len(places), err
}

// Get gives the mail with the key, or a care.Error of code NotFound.
func (d *Dir) Get(ctx context.Context, key string) (Entry, error) {
	if err := ctx.Err(); err != nil {
		return Entry{}, fmt.Errorf("reading the mail: %w", err)
	}
	if !isKey(key) {
		return Entry{}, care.Errorf(care.NotFound, "there is no such mail")
	}
	info, err := os.Stat(d.file(key))
	if errors.Is(err, fs.ErrNotExist) {
		return Entry{}, care.Errorf(care.NotFound, "there is no such mail")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("looking for the mail: %w", err)
	}
	raw, err := os.ReadFile(d.file(key))
	if err != nil {
		return Entry{}, fmt.Errorf("reading the mail: %w", err)
	}
	parsed, err := rfc5322.Parse(bytes.NewReader(raw))
	if err != nil {
		return Entry{}, fmt.Errorf("reading the mail %s: %w", key, err)
	}
	return Entry{Key: key, At: info.ModTime(), Mail: parsed, Raw: raw}, nil
}

func (d *Dir) item(p place) (Item, error) {
	f, err := os.Open(d.file(p.key))
	if err != nil {
		return Item{}, fmt.Errorf("opening the mail: %w", err)
	}
	defer func() { _ = f.Close() }() // only read
	header, err := rfc5322.ParseHeader(f)
	if err != nil {
		return Item{}, fmt.Errorf("reading the mail %s: %w", p.key, err)
	}
	return Item{Key: p.key, At: time.Unix(0, p.at), Header: header}, nil
}

// place is where a mail stands in the list.
type place struct {
	at  int64 // when it was put, in nanoseconds since 1970
	key string
}

func newestFirst(a, b place) int {
	return cmp.Or(cmp.Compare(b.at, a.at), cmp.Compare(b.key, a.key))
}

// String is the place as a cursor.
func (p place) String() string { return strconv.FormatInt(p.at, 10) + "-" + p.key }

func parsePlace(cursor string) (place, error) {
	if cursor == "" {
		return place{}, nil
	}
	at, key, _ := strings.Cut(cursor, "-")
	nanos, err := strconv.ParseInt(at, 10, 64)
	if err != nil || !isKey(key) {
		return place{}, care.Errorf(care.Invalid, "this is not a cursor that this list gave").At("cursor")
	}
	return place{at: nanos, key: key}, nil
}

func (d *Dir) places(ctx context.Context) ([]place, error) {
	entries, err := os.ReadDir(d.path)
	if err != nil {
		return nil, fmt.Errorf("reading the mailbox: %w", err)
	}
	places := make([]place, 0, len(entries))
	for _, entry := range entries {
		if ctx.Err() != nil {
			return nil, fmt.Errorf("reading the mailbox: %w", ctx.Err())
		}
		key, isMail := strings.CutSuffix(entry.Name(), extension)
		if !isMail || !isKey(key) {
			continue
		}
		info, err := entry.Info()
		if errors.Is(err, fs.ErrNotExist) {
			continue // taken away meanwhile
		}
		if err != nil {
			return nil, fmt.Errorf("looking at a mail: %w", err)
		}
		places = append(places, place{at: info.ModTime().UnixNano(), key: key})
	}
	slices.SortFunc(places, newestFirst)
	return places, nil
}
