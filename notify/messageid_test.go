package notify_test

import (
	"net/mail"
	"testing"

	"pgregory.net/rapid"

	"throughline/notify"
)

func TestMessageIDKeepsPlainIDs(t *testing.T) {
	if got, want := notify.MessageID("0198-ab.c", "clinic.example"), "0198-ab.c@clinic.example"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestMessageID: every id gives a valid addr-spec, the same each time, and different ids differ.
func TestMessageID(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := rapid.String().Draw(t, "a"), rapid.String().Draw(t, "b")
		got := notify.MessageID(a, "clinic.example")
		if got != notify.MessageID(a, "clinic.example") {
			t.Fatal("the same id gave two values")
		}
		if a != b && got == notify.MessageID(b, "clinic.example") {
			t.Fatal("two ids gave the same value")
		}
		if _, err := mail.ParseAddress(got); err != nil {
			t.Fatalf("%q is no addr-spec: %v", got, err)
		}
	})
}
