package identity_test

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"throughline/care"
	"throughline/identity"
)

var noon = time.Date(2026, 3, 2, 12, 0, 0, 0, time.UTC)

// clock is a time that a test moves.
type clock struct{ at time.Time }

func (c *clock) now() time.Time { return c.at }

func openLinks(t *testing.T, c *clock) *identity.Links {
	t.Helper()
	secret := make([]byte, 32)
	_, _ = rand.Read(secret)
	return identity.NewLinks(secret, c.now)
}

func TestALinkIsKnownAgainUntilItExpires(t *testing.T) {
	c := &clock{noon}
	links := openLinks(t, c)
	link := identity.Link{ID: care.NewID(noon), Purpose: identity.PurposeReferral, ExpiresAt: noon.Add(time.Hour)}
	token, err := links.Token(link)
	if err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(token, "/+=?&") {
		t.Errorf("the token %q does not fit an address", token)
	}
	got, err := links.Verify(token, identity.PurposeReferral)
	if diff := cmp.Diff(link, got); err != nil || diff != "" {
		t.Fatalf("%v %s", err, diff)
	}
	c.at = link.ExpiresAt
	got, err = links.Verify(token, identity.PurposeReferral)
	if !errors.Is(err, identity.ErrExpiredLink) || got.ID != link.ID {
		t.Errorf("after its time: %+v, %v", got, err)
	}
}

func TestALinkIsForOnePurpose(t *testing.T) {
	links := openLinks(t, &clock{noon})
	token, err := links.Token(identity.Link{ID: care.NewID(noon), Purpose: "survey", ExpiresAt: noon.Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := links.Verify(token, identity.PurposeReferral); !errors.Is(err, identity.ErrBadLink) {
		t.Errorf("a link for a survey answered a referral: %v", err)
	}
}

func TestNoForgedLinkIsTaken(t *testing.T) {
	c := &clock{noon}
	links, others := openLinks(t, c), openLinks(t, c)
	link := identity.Link{ID: care.NewID(noon), Purpose: identity.PurposeReferral, ExpiresAt: noon.Add(time.Hour)}
	token, err := links.Token(link)
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := others.Token(link)
	if err != nil {
		t.Fatal(err)
	}
	forged := []string{"", "x", token[:len(token)-1], token + "A", token + "\n", foreign, strings.Repeat("A", 400)}
	for i := range token {
		other := byte('A')
		if token[i] == other {
			other = 'B'
		}
		forged = append(forged, token[:i]+string(other)+token[i+1:])
	}
	for _, f := range forged {
		if _, err := links.Verify(f, identity.PurposeReferral); !errors.Is(err, identity.ErrBadLink) {
			t.Fatalf("%q was taken: %v", f, err)
		}
	}
}

func TestTheSameMessageGivesTheSameLink(t *testing.T) {
	c := &clock{noon}
	links := openLinks(t, c)
	var kept []care.ID
	partners := identity.PartnerLinks{
		Links: links, PublicURL: "https://care.example.org", Life: time.Hour, Now: c.now,
		Keep: func(_ context.Context, link identity.Link, _ care.ID) error {
			kept = append(kept, link.ID)
			return nil
		},
	}
	referral, message := care.NewID(noon), care.NewID(noon)
	for range 2 {
		address, err := partners.ReferralLink(t.Context(), referral, message)
		if err != nil {
			t.Fatal(err)
		}
		token, ok := strings.CutPrefix(address, "https://care.example.org/r/")
		if !ok {
			t.Fatalf("the address is %q", address)
		}
		if got, err := links.Verify(token, identity.PurposeReferral); err != nil || got.ID != kept[0] {
			t.Errorf("the address opens %+v, %v", got, err)
		}
		c.at = c.at.Add(time.Minute)
	}
	if kept[0] != kept[1] {
		t.Error("the same message sent again made a second link")
	}
}

func TestSessionsEndByTimeAndByANewToken(t *testing.T) {
	c := &clock{noon}
	sessions := identity.NewSessions("token", c.now)
	value, until := sessions.Open(identity.Administrator)
	if who, ok := sessions.Who(value); !ok || who != identity.Administrator {
		t.Fatalf("%v, %v", who, ok)
	}
	if _, ok := identity.NewSessions("other token", c.now).Who(value); ok {
		t.Error("the session outlived its token")
	}
	for _, forged := range []string{"", "AAAA", value[1:], "B" + value[1:]} {
		if _, ok := sessions.Who(forged); ok {
			t.Errorf("%q was let in", forged)
		}
	}
	c.at = until
	if _, ok := sessions.Who(value); ok {
		t.Error("the session did not end")
	}
}
