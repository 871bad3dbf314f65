package api

import (
	"bytes"
	"net/http"

	"github.com/gin-gonic/gin"
)

// recorder holds an answer back until it is known whether it is to be kept.
type recorder struct {
	gin.ResponseWriter
	status int
	body   bytes.Buffer
}

// WriteHeader notes the status.
func (r *recorder) WriteHeader(status int) { r.status = status }

// WriteHeaderNow holds the status back like the rest.
func (r *recorder) WriteHeaderNow() {}

// Write keeps the bytes.
func (r *recorder) Write(b []byte) (int, error) { return r.body.Write(b) } //nolint:wrapcheck // never fails

// WriteString keeps the text.
func (r *recorder) WriteString(s string) (int, error) { return r.body.WriteString(s) } //nolint:wrapcheck // never fails

// Status gives the status noted.
func (r *recorder) Status() int {
	if r.status == 0 {
		return http.StatusOK
	}
	return r.status
}

// Size gives how much is kept.
func (r *recorder) Size() int { return r.body.Len() }

// Written tells whether there is an answer.
func (r *recorder) Written() bool { return r.status != 0 || r.body.Len() > 0 }

// send gives the answer to the caller.
func (r *recorder) send() {
	r.ResponseWriter.WriteHeader(r.Status())
	_, _ = r.ResponseWriter.Write(r.body.Bytes()) // the caller has gone
}
