//go:build external

package temporal

import (
	"context"
	"crypto/tls"

	"throughline/care"
)

// Server stands in for the embedded server, which this build leaves out. There is never one.
type Server struct{}

// Start refuses: this build leaves the server out.
func Start(context.Context, Config) (*Server, error) {
	return nil, care.Errorf(care.Unavailable,
		"this build has no embedded Temporal server; set TEMPORAL_ADDRESS to the address of a Temporal cluster")
}

// ClientOptions gives nothing to dial.
func (*Server) ClientOptions() (hostport string, config *tls.Config) { return "", nil }

// Done never reports.
func (*Server) Done() <-chan error { return nil }

// Stop does nothing.
func (*Server) Stop() {}
