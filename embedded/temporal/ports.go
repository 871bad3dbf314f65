//go:build !external

package temporal

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"strconv"
	"time"

	"go.temporal.io/server/common/membership/static"
	"go.temporal.io/server/common/primitives"
	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials"
	"google.golang.org/grpc/health/grpc_health_v1"
)

// addresses are the loopback ports of the server's services.
type addresses map[primitives.ServiceName]int

// reservePorts finds a free port for each service. The server wants numbers, so the ports are let go
// before it takes them; holding all of them until then keeps them apart from one another.
func reservePorts(ctx context.Context) (addresses, error) {
	found := addresses{}
	var on net.ListenConfig
	for _, service := range []primitives.ServiceName{
		primitives.FrontendService, primitives.HistoryService, primitives.MatchingService, primitives.WorkerService,
	} {
		listener, err := on.Listen(ctx, "tcp", net.JoinHostPort(loopback, "0"))
		if err != nil {
			return nil, fmt.Errorf("finding a free port: %w", err)
		}
		defer listener.Close()
		found[service] = listener.Addr().(*net.TCPAddr).Port //nolint:forcetypeassert // "tcp" gives no other
	}
	return found, nil
}

func (a addresses) of(service primitives.ServiceName) string {
	return net.JoinHostPort(loopback, strconv.Itoa(a[service]))
}

func (a addresses) frontend() string { return a.of(primitives.FrontendService) }

// hosts tells the services where each of them is, in place of a membership protocol, which would need
// ports of its own that know no TLS.
func (a addresses) hosts() map[primitives.ServiceName]static.Hosts {
	hosts := map[primitives.ServiceName]static.Hosts{}
	for service := range a {
		hosts[service] = static.SingleLocalHost(a.of(service))
	}
	return hosts
}

const (
	frontendHealth = "temporal.api.workflowservice.v1.WorkflowService"
	askEvery       = 20 * time.Millisecond
)

// waitServing returns once the frontend says that it serves.
func waitServing(ctx context.Context, address string, config *tls.Config) error {
	conn, err := grpc.NewClient(address, grpc.WithTransportCredentials(credentials.NewTLS(config)))
	if err != nil {
		return fmt.Errorf("dialling the Temporal server: %w", err)
	}
	defer conn.Close()
	health := grpc_health_v1.NewHealthClient(conn)
	for {
		answer, err := health.Check(ctx, &grpc_health_v1.HealthCheckRequest{Service: frontendHealth}, grpc.WaitForReady(true))
		if err == nil && answer.GetStatus() == grpc_health_v1.HealthCheckResponse_SERVING {
			return nil
		}
		if err := pause(ctx, askEvery); err != nil {
			return fmt.Errorf("waiting for the Temporal server to answer: %w", err)
		}
	}
}

// pause waits for d, or returns the context's error when that ends first.
func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err() //nolint:wrapcheck // the caller knows what it waits for
	}
}
