package pathways

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
)

// Digest gives the content address of a definition: "sha256:" and the hash of its JSON, the form in
// which it travels. The lines of its parts belong to it, since causes cite them: equal digests mean
// that everything an enrollment may say is equal.
func Digest(d *Definition) string { return digestOf(d) }

func digestOf(content any) string {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(content); err != nil {
		// Only a default that JSON cannot hold gets here, and Parse and Check let none through.
		panic(fmt.Sprintf("pathways: digest: %v", err))
	}
	sum := sha256.Sum256(buf.Bytes())
	return "sha256:" + hex.EncodeToString(sum[:])
}
