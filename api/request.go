package api

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"

	"github.com/gin-gonic/gin"

	"throughline/api/rest"
	"throughline/care"
)

// gate is what every request passes.
type gate struct {
	c       Config
	limiter *limiter
	numbers *numbers
}

// request gives a request its id and, when it is answered, its line in the log. The line names the
// route, not the address: an address can hold a link's token.
func (g *gate) request(c *gin.Context) {
	began := g.c.Real()
	req := &rest.Request{ID: care.NewID(began)}
	c.Request = c.Request.WithContext(rest.With(c.Request.Context(), req))
	c.Header("X-Request-ID", req.ID)
	c.Next()
	took := g.c.Real().Sub(began)
	route, status := routeOf(c), c.Writer.Status()
	g.numbers.count(c.Request.Method, route, status, took)
	attrs := []slog.Attr{
		slog.String("request_id", req.ID), slog.String("method", c.Request.Method), slog.String("route", route),
		slog.Int("status", status), slog.Float64("took_ms", float64(took.Microseconds())/1000),
		slog.String("actor_kind", string(req.Actor.Kind)), slog.Int("bytes", max(0, c.Writer.Size())),
	}
	g.c.Logger.LogAttrs(c.Request.Context(), levelOf(status), "request", append(attrs, failure(c, req)...)...)
}

func routeOf(c *gin.Context) string {
	if route := c.FullPath(); route != "" {
		return route
	}
	return "none"
}

func levelOf(status int) slog.Level {
	switch {
	case status >= http.StatusInternalServerError:
		return slog.LevelError
	case status == http.StatusTooManyRequests:
		return slog.LevelWarn
	}
	return slog.LevelInfo
}

// failure says what went wrong. A refusal is told by code and rule; only a defect by its sentence.
func failure(c *gin.Context, req *rest.Request) []slog.Attr {
	err := req.Failure
	if err == nil && len(c.Errors) > 0 {
		err = c.Errors.Last()
	}
	if err == nil {
		return nil
	}
	attrs := []slog.Attr{slog.String("error_code", string(care.CodeOf(err)))}
	var e *care.Error
	if errors.As(err, &e) && e.Rule != "" {
		attrs = append(attrs, slog.String("rule", e.Rule))
	}
	if code := care.CodeOf(err); code == care.Internal || code == care.Unavailable {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	return attrs
}

// recover turns a panic into an answer; the stack goes to the log.
func (g *gate) recover(c *gin.Context) {
	defer func() {
		cause := recover()
		if cause == nil {
			return
		}
		ctx := c.Request.Context()
		if err, isErr := cause.(error); isErr && (errors.Is(err, http.ErrAbortHandler) || errors.Is(err, context.Canceled)) {
			c.Abort()
			return
		}
		g.c.Logger.ErrorContext(ctx, "a handler panicked", "request_id", rest.From(ctx).ID, "route", routeOf(c),
			"cause", fmt.Sprintf("%T", cause), "stack", string(debug.Stack()))
		if c.Writer.Written() {
			c.Abort()
			return
		}
		g.refuse(c, rest.ProblemOf(ctx, errors.New("a handler panicked")))
	}()
	c.Next()
}
