package api

import (
	"fmt"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// numbers are what the API tells of itself.
type numbers struct{ took *prometheus.HistogramVec }

func newNumbers(registry *prometheus.Registry) (*numbers, error) {
	n := &numbers{took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Namespace: "throughline", Subsystem: "http", Name: "request_seconds",
		Help:    "How long requests took, by route and status.",
		Buckets: []float64{.002, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10},
	}, []string{"method", "route", "status"})}
	if err := registry.Register(n.took); err != nil {
		return nil, fmt.Errorf("registering the API's numbers: %w", err)
	}
	return n, nil
}

func (n *numbers) count(method, route string, status int, took time.Duration) {
	if route == "none" {
		method = "any" // a stranger may make up methods
	}
	n.took.WithLabelValues(method, route, strconv.Itoa(status)).Observe(took.Seconds())
}
