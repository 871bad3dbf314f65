package hl7v2

import (
	"testing"
	"time"
)

func TestParseTimestamp(t *testing.T) {
	for _, c := range []struct {
		text, want string
		precision  Precision
		zoned      bool
	}{
		{"2025", "2025-01-01T00:00:00-05:00", Year, false},
		{"202507", "2025-07-01T00:00:00-04:00", Month, false},
		{"20251126", "2025-11-26T00:00:00-05:00", Day, false},
		{"2025112614", "2025-11-26T14:00:00-05:00", Hour, false},
		{"202511261405", "2025-11-26T14:05:00-05:00", Minute, false},
		{"20251126140507", "2025-11-26T14:05:07-05:00", Second, false},
		{"20251126140507.1234", "2025-11-26T14:05:07.1234-05:00", Fraction, false},
		{"20251126140507.1-0800", "2025-11-26T17:05:07.1-05:00", Fraction, true},
		{"202511261405+0215", "2025-11-26T06:50:00-05:00", Minute, true},
		{"20251126-0500", "2025-11-26T00:00:00-05:00", Day, true},
		{"20251126235959Z", "2025-11-26T18:59:59-05:00", Second, true},
		{"202511262400", "2025-11-27T00:00:00-05:00", Minute, false},
		{"2025112614050712", "2025-11-26T14:05:07.12-05:00", Fraction, false},
		{" 20251126 ", "2025-11-26T00:00:00-05:00", Day, false},
		{"2025-11-26", "2025-11-26T00:00:00-05:00", Day, false},
		{"2025-11-26T14:05:07Z", "2025-11-26T09:05:07-05:00", Second, true},
		{"2025-11-26 14:05:07", "2025-11-26T14:05:07-05:00", Second, false},
	} {
		got, err := ParseTimestamp(c.text, newYork(t))
		if err != nil {
			t.Errorf("%q: %v", c.text, err)
			continue
		}
		if s := got.Time.Format(time.RFC3339Nano); s != c.want || got.Precision != c.precision || got.Zoned != c.zoned {
			t.Errorf("%q = %s precision %d zoned %t, want %s, %d, %t", c.text, s, got.Precision, got.Zoned, c.want, c.precision, c.zoned)
		}
	}
}

func TestParseTimestampRefuses(t *testing.T) {
	for _, text := range []string{
		"", "20", "0000", "20251", "20250230", "20251301", "2025112625", "202511261460", "20251126.5", "tomorrow", "20251126+05", "20251126+9900", "2025+", "--------", "2025-13-40", "20251126140507.x",
	} {
		if got, err := ParseTimestamp(text, nil); err == nil {
			t.Errorf("%q was read as %v", text, got.Time)
		}
	}
}

// A birth date stays the day that was written, whatever offset came with it.
func TestDateOf(t *testing.T) {
	for text, want := range map[string]string{
		"1950": "1950", "195003": "1950-03", "19500317": "1950-03-17", "195003172330-0800": "1950-03-17", "19500317003000+1200": "1950-03-17", "1950-03-17": "1950-03-17",
	} {
		if got, err := dateOf(text); err != nil || got != want {
			t.Errorf("%q = %q, %v; want %q", text, got, err, want)
		}
	}
}
