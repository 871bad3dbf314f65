package fhir

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
)

// DedupKey gives the same key for the same content, whatever its white space and order of members,
// and another key for any other content. Numbers are compared as written. What isn't JSON is keyed
// by its bytes.
func DedupKey(body []byte) string {
	sum := sha256.Sum256(canonical(body))
	return hex.EncodeToString(sum[:])
}

func canonical(body []byte) []byte {
	body = bytes.TrimPrefix(body, byteOrderMark)
	if checkSyntax(body) != nil {
		return body
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.UseNumber()
	var content any
	if err := decoder.Decode(&content); err != nil {
		return body
	}
	sorted, err := json.Marshal(content) // members come out in the order of their names
	if err != nil {
		return body
	}
	return sorted
}
