package api

import (
	"net/http"
	"strings"

	"github.com/gin-gonic/gin"

	"throughline/api/intake"
	"throughline/api/rest"
)

// bound keeps a request's body within what its route may take.
func (g *gate) bound(c *gin.Context) {
	limit := int64(rest.MaxBody)
	if strings.HasPrefix(c.FullPath(), Prefix+"/intake/") {
		limit = intake.MaxBody
	}
	if c.Request.ContentLength > limit {
		g.refuse(c, rest.NewProblem(c.Request.Context(), http.StatusRequestEntityTooLarge, "The request is too large."))
		return
	}
	c.Request.Body = http.MaxBytesReader(c.Writer, c.Request.Body, limit)
	c.Next()
}
