package identity

import (
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"

	"throughline/care"
)

// Person is a member of staff with a token of their own.
type Person struct {
	ID        string    `json:"id"`   // "ada-vela": who did it, wherever that is recorded
	Name      string    `json:"name"` // "Ada Vela"
	Role      string    `json:"role"` // the role acted in
	Digest    string    `json:"digest"`
	CreatedAt time.Time `json:"created_at"`
}

// Actor is the person as what they do is recorded.
func (p Person) Actor() care.Actor { return care.Actor{Kind: care.Person, ID: p.ID, Role: p.Role} }

// People are those with a token of their own, kept in one file of which only hashes of the tokens
// can be read. A running server sees at once who came and who went. A nil People are nobody.
type People struct {
	path string

	mu     sync.Mutex
	seen   time.Time
	size   int64
	people []Person
}

// OpenPeople gives the people in the file. There need not be one.
func OpenPeople(path string) *People { return &People{path: path} }

// List gives everybody, in the order in which they came. It refuses a file that others can read.
func (p *People) List() ([]Person, error) {
	if p == nil {
		return nil, nil
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	info, err := os.Stat(p.path)
	if errors.Is(err, fs.ErrNotExist) {
		p.people = nil
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("looking for the tokens: %w", err)
	}
	if info.Mode().Perm()&^ownerOnly != 0 {
		return nil, care.Errorf(care.Invalid, "others than its owner may read %s: run chmod 600 on it", p.path)
	}
	if info.ModTime().Equal(p.seen) && info.Size() == p.size && p.people != nil {
		return slices.Clone(p.people), nil
	}
	text, err := os.ReadFile(p.path)
	if err != nil {
		return nil, fmt.Errorf("reading the tokens: %w", err)
	}
	var people []Person
	if err := json.Unmarshal(text, &people); err != nil {
		return nil, care.Errorf(care.Invalid, "%s holds no list of tokens", p.path)
	}
	p.people, p.seen, p.size = people, info.ModTime(), info.Size()
	return slices.Clone(people), nil
}

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

// maxName bounds a person's name, in bytes.
const maxName = 100

// Add gives a person a token, which is told this once and kept only as its hash. It is care.Conflict
// where somebody of the name has one.
func (p *People) Add(name, role string, now time.Time) (token string, person Person, err error) {
	name = strings.Join(strings.Fields(name), " ")
	id := strings.Trim(notInID.ReplaceAllString(strings.ToLower(name), "-"), "-")
	if id == "" || len(name) > maxName {
		return "", Person{}, care.Errorf(care.Invalid, "give the person's name, with letters from a to z and at most %d of them", maxName).At("name")
	}
	if id == Administrator.ID {
		return "", Person{}, care.Errorf(care.Conflict, "%q is the administrator, who has a token already", name).At("name")
	}
	people, err := p.List()
	if err != nil {
		return "", Person{}, err
	}
	if slices.ContainsFunc(people, func(q Person) bool { return q.ID == id }) {
		return "", Person{}, care.Errorf(care.Conflict, "%s has a token already: revoke it first", id).At("name")
	}
	var raw [secretBytes]byte
	_, _ = rand.Read(raw[:]) // never fails since Go 1.24
	token = base64.RawURLEncoding.EncodeToString(raw[:])
	sum := sha256.Sum256([]byte(token))
	person = Person{ID: id, Name: name, Role: role, Digest: hex.EncodeToString(sum[:]), CreatedAt: now.UTC().Truncate(time.Second)}
	return token, person, p.write(append(people, person))
}

// Remove takes a person's token away; care.NotFound where nobody has the id or name.
func (p *People) Remove(name string) error {
	people, err := p.List()
	if err != nil {
		return err
	}
	left := slices.DeleteFunc(slices.Clone(people), func(q Person) bool { return q.ID == name || strings.EqualFold(q.Name, name) })
	if len(left) == len(people) {
		return care.Errorf(care.NotFound, "nobody called %q has a token", name)
	}
	return p.write(left)
}

// write puts the whole file in place at once, readable by its owner only.
func (p *People) write(people []Person) error {
	text, err := json.MarshalIndent(people, "", "  ")
	if err != nil {
		return fmt.Errorf("writing down the tokens: %w", err)
	}
	temp, err := os.CreateTemp(filepath.Dir(p.path), ".tokens-*")
	if err != nil {
		return fmt.Errorf("making the tokens' file: %w", err)
	}
	defer func() { _ = os.Remove(temp.Name()) }()
	_, err = temp.Write(append(text, '\n'))
	if err := errors.Join(err, temp.Chmod(ownerOnly), temp.Sync(), temp.Close()); err != nil {
		return fmt.Errorf("writing the tokens: %w", err)
	}
	if err := os.Rename(temp.Name(), p.path); err != nil {
		return fmt.Errorf("putting the tokens in place: %w", err)
	}
	return nil
}

// authenticate tells whose token it is. Everybody is compared, so that it takes as long for a wrong
// token as for a right one.
func (p *People) authenticate(sum [sha256.Size]byte) (care.Actor, bool) {
	people, err := p.List()
	if err != nil {
		return care.Actor{}, false
	}
	given := hex.EncodeToString(sum[:])
	who, known := care.Actor{}, false
	for _, q := range people {
		if subtle.ConstantTimeCompare([]byte(given), []byte(q.Digest)) == 1 {
			who, known = q.Actor(), true
		}
	}
	return who, known
}

// byID finds who has a token still.
func (p *People) byID(id string) (care.Actor, bool) {
	people, err := p.List()
	if err != nil {
		return care.Actor{}, false
	}
	for _, q := range people {
		if q.ID == id {
			return q.Actor(), true
		}
	}
	return care.Actor{}, false
}
