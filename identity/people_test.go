package identity_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"throughline/care"
	"throughline/identity"
)

func TestPeopleHaveTokensOfTheirOwn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	people := identity.OpenPeople(path)
	running := identity.NewAuthenticator("admin token").With(identity.OpenPeople(path)) // a server that runs already
	if _, ok := running.Authenticate("nobody's"); ok {
		t.Error("a stranger was let in")
	}
	ada, person, err := people.Add("Ada  Vela", "nurse", noon)
	if err != nil {
		t.Fatal(err)
	}
	ben, _, err := people.Add("Ben Ito", "physician", noon)
	if err != nil || ada == ben {
		t.Fatal(err)
	}
	if person.Name != "Ada Vela" || person.Actor() != (care.Actor{Kind: care.Person, ID: "ada-vela", Role: "nurse"}) {
		t.Errorf("%+v", person)
	}
	for token, want := range map[string]string{ada: "ada-vela", ben: "ben-ito", "admin token": identity.Administrator.ID} {
		if who, ok := running.Authenticate(token); !ok || who.ID != want {
			t.Errorf("%s is taken for %+v", want, who)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil || strings.Contains(string(text), ada) || strings.Contains(string(text), ben) {
		t.Errorf("the file holds a token itself (%v)", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("others may read the file: %v, %v", info.Mode(), err)
	}
	if err := people.Remove("ada vela"); err != nil {
		t.Fatal(err)
	}
	if _, ok := running.Authenticate(ada); ok {
		t.Error("a token works that was taken away")
	}
	if _, ok := running.Authenticate(ben); !ok {
		t.Error("somebody else's token went with it")
	}
}

func TestTokensAreForDistinctPeople(t *testing.T) {
	people := identity.OpenPeople(filepath.Join(t.TempDir(), "tokens.json"))
	if _, _, err := people.Add("Ada Vela", "nurse", noon); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]care.Code{
		"ada vela": care.Conflict, "ADA-VELA": care.Conflict, "Admin": care.Conflict, "": care.Invalid, "…": care.Invalid, strings.Repeat("a", 101): care.Invalid,
	} {
		if _, _, err := people.Add(name, "nurse", noon); care.CodeOf(err) != code {
			t.Errorf("%q: got %v, want %s", name, err, code)
		}
	}
	if err := people.Remove("nobody"); care.CodeOf(err) != care.NotFound {
		t.Errorf("got %v", err)
	}
}

func TestAFileThatOthersCanReadLetsNobodyIn(t *testing.T) {
	path := filepath.Join(t.TempDir(), "tokens.json")
	people := identity.OpenPeople(path)
	token, _, err := people.Add("Ada Vela", "nurse", noon)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, ok := identity.NewAuthenticator("admin token").With(people).Authenticate(token); ok {
		t.Error("somebody was let in")
	}
	if _, err := people.List(); care.CodeOf(err) != care.Invalid {
		t.Errorf("got %v", err)
	}
}

func TestASessionIsWhoSignedIn(t *testing.T) {
	c := &clock{noon}
	people := identity.OpenPeople(filepath.Join(t.TempDir(), "tokens.json"))
	_, ada, err := people.Add("Ada Vela", "nurse", noon)
	if err != nil {
		t.Fatal(err)
	}
	sessions := identity.NewSessions("token", c.now).With(people)
	value, _ := sessions.Open(ada.Actor())
	if who, ok := sessions.Who(value); !ok || who != ada.Actor() {
		t.Errorf("%+v, %v", who, ok)
	}
	if err := people.Remove(ada.ID); err != nil {
		t.Fatal(err)
	}
	if _, ok := sessions.Who(value); ok {
		t.Error("the session outlived the person's token")
	}
}
