package hl7v2

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
)

// DedupKey identifies a message: the same one sent again has the same key, whatever the line
// ends and framing, and also where the sender only stamped it anew (MSH-7) while its event
// carries its own time (EVN-2). Another content under the same control id has another key.
// The key is a hash; nothing can be read from it.
func DedupKey(m *Message) string {
	header := m.Segment("MSH")
	code, event := m.Type()
	occurred := m.Segment("EVN").Field(2)
	if occurred.Empty() {
		occurred = header.Field(7)
	}
	h := sha256.New()
	for _, part := range []string{
		header.Field(3).Raw(), header.Field(4).Raw(), code, event, m.ControlID(), occurred.Raw(), m.Version(),
	} {
		h.Write([]byte(part))
		h.Write([]byte{0})
	}
	for _, s := range m.Segments {
		if s.Name == "MSH" {
			continue
		}
		// Trailing empty fields say nothing.
		line := strings.TrimRight(strings.Join(s.fields, "\x1f"), "\x1f")
		h.Write([]byte(line))
		h.Write([]byte{'\r'})
	}
	return hex.EncodeToString(h.Sum(nil))
}
