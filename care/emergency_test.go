package care_test

import (
	"testing"

	"throughline/care"
)

func TestEmergencyIsSaidInTheLanguage(t *testing.T) {
	ours := care.EmergencyWords{"en": "Call 112.", "pt-BR": "Ligue 192.", "fr": "Appelez le 15."}
	for _, c := range []struct {
		said     care.EmergencyWords
		language string
		want     string
	}{
		{nil, "en", "If this is an emergency, call 911."},
		{nil, "", "If this is an emergency, call 911."},
		{nil, "es-MX", "Si esto es una emergencia, llame al 911."},
		{nil, "vi", "If this is an emergency, call 911."},
		{ours, "en-US", "Call 112."},
		{ours, "pt-BR", "Ligue 192."},
		{ours, "FR-ca", "Appelez le 15."},
		{ours, "es", "Si esto es una emergencia, llame al 911."},
		{ours, "vi", "Call 112."},
	} {
		if got := c.said.In(c.language); got != c.want {
			t.Errorf("%q: %q, want %q", c.language, got, c.want)
		}
	}
}
