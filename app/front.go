package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"sync/atomic"
	"time"
)

// front is the HTTP server. It answers from the first moment on, and says what is being done while
// the rest still starts.
type front struct {
	server   *http.Server
	listener net.Listener
	handler  atomic.Pointer[http.Handler]
	doing    atomic.Pointer[string]
}

// notReady is the problem document (RFC 9457) that is answered until all is up.
type notReady struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail"`
	Instance string `json:"instance"`
}

func openFront(ctx context.Context, address string, fatal func(error)) (*front, error) {
	var lc net.ListenConfig
	listener, err := lc.Listen(ctx, "tcp", address)
	if err != nil {
		return nil, fmt.Errorf("listening on %s: %w", address, err)
	}
	f := &front{listener: listener}
	f.say("starting")
	f.server = &http.Server{Handler: f, ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute}
	go func() {
		if err := f.server.Serve(listener); err != nil && !errors.Is(err, http.ErrServerClosed) {
			fatal(fmt.Errorf("serving HTTP: %w", err))
		}
	}()
	return f, nil
}

func (f *front) say(doing string) { f.doing.Store(&doing) }

func (f *front) open(h http.Handler) { f.handler.Store(&h) }

// ServeHTTP implements http.Handler.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := f.handler.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	w.Header().Set("Retry-After", "1")
	if r.URL.Path == "/healthz" {
		w.WriteHeader(http.StatusOK)
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.WriteHeader(http.StatusServiceUnavailable)
	body, err := json.Marshal(notReady{
		Type: "about:blank", Title: "Starting", Status: http.StatusServiceUnavailable,
		Detail: "Throughline is still starting: " + *f.doing.Load() + ".", Instance: r.URL.Path,
	})
	if err != nil {
		return // plain text; it cannot fail
	}
	_, _ = w.Write(body)
}

// close lets what is being answered be answered, for a while.
func (f *front) close(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	if err := f.server.Shutdown(ctx); err != nil {
		return fmt.Errorf("closing HTTP: %w", err)
	}
	return nil
}
