package api

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/api/rest"
	"throughline/care"
)

// kept is an answer as it is remembered.
type kept struct {
	Type string `json:"type"`
	ETag string `json:"etag,omitempty"`
	Body []byte `json:"body"`
}

// errNotKept frees a key whose request was not answered for good: it may be tried again.
var errNotKept = errors.New("the answer is not to be kept")

// once lets a command with an Idempotency-Key be done once. The intake needs none: a message is known
// by its content.
func (g *gate) once(c *gin.Context) {
	key := c.GetHeader(rest.KeyHeader)
	route := c.FullPath()
	if key == "" || c.Request.Method != http.MethodPost || !strings.HasPrefix(route, Prefix) || strings.HasPrefix(route, Prefix+"/intake/") {
		c.Next()
		return
	}
	ctx := c.Request.Context()
	if len(key) > rest.MaxKey {
		g.refuse(c, rest.ProblemOf(ctx, care.Errorf(care.Invalid, "the key is longer than %d characters", rest.MaxKey).At(rest.KeyHeader)))
		return
	}
	body, err := io.ReadAll(c.Request.Body)
	if err != nil {
		g.refuse(c, unreadable(c, err))
		return
	}
	c.Request.Body = io.NopCloser(bytes.NewReader(body))
	req := rest.From(ctx)
	// Whose key it is belongs to it; what it may hold does not belong into a table.
	space := care.KeyID("idempotency", string(req.Actor.Kind), req.Actor.ID, key)
	req.Key = space + " " + c.Request.URL.Path
	g.answerOnce(c, space, hashOf(c.Request.URL.Path, body))
}

func (g *gate) answerOnce(c *gin.Context, key, hash string) {
	ctx := c.Request.Context()
	out := &recorder{ResponseWriter: c.Writer}
	done := false
	answer, err := g.c.Store.Idempotent(ctx, key, hash, func() (int, []byte, error) {
		done = true
		g.record(c, out)
		if out.Status() >= http.StatusInternalServerError || out.Status() == http.StatusTooManyRequests {
			return 0, nil, errNotKept
		}
		text, err := json.Marshal(kept{Type: out.Header().Get("Content-Type"), ETag: out.Header().Get("ETag"), Body: out.body.Bytes()})
		return out.Status(), text, err
	})
	c.Abort() // who comes after was asked already, or need not be
	switch {
	case done: // also where the answer could not be kept: what was done bears repetition
		out.send()
	case err != nil:
		g.refuse(c, rest.ProblemOf(ctx, err))
	default:
		g.repeat(c, answer.Status, answer.Body)
	}
}

// record lets the request be answered into the recorder. A panic finds the writer in its place.
func (*gate) record(c *gin.Context, out *recorder) {
	c.Writer = out
	defer func() { c.Writer = out.ResponseWriter }()
	c.Next()
}

// repeat gives an answer again.
func (g *gate) repeat(c *gin.Context, status int, text []byte) {
	var k kept
	if err := json.Unmarshal(text, &k); err != nil {
		g.refuse(c, rest.ProblemOf(c.Request.Context(), err))
		return
	}
	if k.ETag != "" {
		c.Header("ETag", k.ETag)
	}
	c.Header("Idempotent-Replayed", "true")
	c.Data(status, k.Type, k.Body)
}

func hashOf(path string, body []byte) string {
	h := sha256.New()
	h.Write([]byte(path))
	h.Write([]byte{0})
	h.Write(body)
	return hex.EncodeToString(h.Sum(nil))
}

func unreadable(c *gin.Context, err error) *rest.Problem {
	if _, large := errors.AsType[*http.MaxBytesError](err); large {
		return rest.NewProblem(c.Request.Context(), http.StatusRequestEntityTooLarge, "The request is too large.")
	}
	return rest.NewProblem(c.Request.Context(), http.StatusBadRequest, "The request's body cannot be read.")
}
