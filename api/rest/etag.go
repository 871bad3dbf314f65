package rest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
)

// ETag names a state of what people edit, by its content.
func ETag(content any) string {
	text, err := json.Marshal(content)
	if err != nil {
		return `""` // nothing that can be edited: no condition holds for it
	}
	sum := sha256.Sum256(text)
	return `"` + hex.EncodeToString(sum[:12]) + `"`
}

// IfMatch is the condition of an edit.
type IfMatch struct {
	IfMatch string `header:"If-Match" maxLength:"500" doc:"The ETag of what the edit is based on; another state is refused with 412"`
}

// Refuse tells, as 412, that what is to be edited is no longer what the caller saw. How says who
// changed it and when, as far as is known.
func (m IfMatch) Refuse(ctx context.Context, present, how string) error {
	if m.IfMatch == "" {
		return nil
	}
	given := strings.Split(m.IfMatch, ",")
	for i := range given {
		given[i] = strings.TrimSpace(given[i])
	}
	if slices.Contains(given, "*") || slices.Contains(given, present) {
		return nil
	}
	return NewProblem(ctx, http.StatusPreconditionFailed, "It was changed meanwhile: "+how+". Read it again and repeat the edit.")
}
