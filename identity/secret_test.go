package identity_test

import (
	"os"
	"path/filepath"
	"sync"
	"testing"

	"throughline/care"
	"throughline/identity"
)

func TestTheTokenIsMadeOnceForItsOwnerOnly(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin-token")
	first, created, err := identity.EnsureAdminToken(path)
	if err != nil || !created {
		t.Fatalf("created %v, %v", created, err)
	}
	if len(first) < 43 {
		t.Errorf("a token of %d characters has less than 256 bits", len(first))
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	again, created, err := identity.EnsureAdminToken(path)
	if err != nil || created || again != first {
		t.Errorf("the second start gave another token: created %v, %v", created, err)
	}
}

func TestProcessesThatStartTogetherAgree(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin-token")
	tokens := make([]string, 16)
	var wait sync.WaitGroup
	for i := range tokens {
		wait.Go(func() { tokens[i], _, _ = identity.EnsureAdminToken(path) })
	}
	wait.Wait()
	for _, token := range tokens {
		if token == "" || token != tokens[0] {
			t.Fatal("two processes took two tokens")
		}
	}
}

func TestAFileThatOthersReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin-token")
	if _, _, err := identity.EnsureAdminToken(path); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(path, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, _, err := identity.EnsureAdminToken(path); care.CodeOf(err) != care.Invalid {
		t.Errorf("a world-readable token was taken: %v", err)
	}
}

func TestAFileWithSomethingElseIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "admin-token")
	if err := os.WriteFile(path, []byte("secret\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, _, err := identity.EnsureAdminToken(path); care.CodeOf(err) != care.Invalid {
		t.Errorf("a guessable token was taken: %v", err)
	}
}

func TestAuthenticate(t *testing.T) {
	a := identity.NewAuthenticator("right")
	if who, ok := a.Authenticate("right"); !ok || who != identity.Administrator {
		t.Errorf("the right token gave %v, %v", who, ok)
	}
	for _, wrong := range []string{"", "righ", "right ", "wrong"} {
		if who, ok := a.Authenticate(wrong); ok || who != (care.Actor{}) {
			t.Errorf("%q was let in as %v", wrong, who)
		}
	}
}
