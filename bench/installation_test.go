package bench

import (
	"context"
	"fmt"
	"net/mail"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"
	_ "time/tzdata" // the zones must be the same wherever the benchmarks run

	"go.temporal.io/sdk/client"

	"throughline/activities"
	"throughline/care"
	"throughline/embedded/postgres"
	"throughline/embedded/temporal"
	"throughline/notify/mailbox"
	"throughline/store"
	"throughline/worker"
	"throughline/workflows"
)

const (
	database     = "throughline"
	startLimit   = 60 * time.Second
	commandLimit = 30 * time.Second
)

// installation is all that runs in the embedded program, HTTP apart, with the same settings.
type installation struct {
	store    *store.Store
	temporal client.Client
	commands *workflows.Client
	stops    []func()
}

// installed starts the installation for the first benchmark that asks for it: `go test` without
// -bench starts nothing.
var installed = sync.OnceValues(func() (*installation, error) {
	in := &installation{}
	running = in
	ctx, cancel := context.WithTimeout(context.Background(), startLimit)
	defer cancel()
	return in, in.start(ctx)
})

var running *installation

func TestMain(m *testing.M) {
	code := m.Run()
	if running != nil {
		running.stop()
	}
	os.Exit(code)
}

func install(b *testing.B) *installation {
	b.Helper()
	in, err := installed()
	if err != nil {
		b.Fatal(err)
	}
	return in
}

func (in *installation) start(ctx context.Context) error {
	dir, err := os.MkdirTemp("", "throughline-bench-")
	if err != nil {
		return err
	}
	in.onStop(func() { _ = os.RemoveAll(dir) })
	// PostgreSQL's account must be able to pass through when root runs this.
	if err := os.Chmod(dir, 0o711); err != nil {
		return err
	}
	pg, err := postgres.Start(ctx, postgres.Config{Dir: dir})
	if err != nil {
		return fmt.Errorf("starting PostgreSQL: %w", err)
	}
	in.onStop(func() { _ = pg.Stop(context.WithoutCancel(ctx)) })
	if err := in.openStore(ctx, pg); err != nil {
		return err
	}
	if err := in.startTemporal(ctx, pg, filepath.Join(dir, "payload-key")); err != nil {
		return err
	}
	return in.startWorkers(filepath.Join(dir, "mail"))
}

func (in *installation) openStore(ctx context.Context, pg *postgres.Server) error {
	if err := pg.EnsureDatabase(ctx, database); err != nil {
		return err
	}
	if _, _, err := store.Migrate(ctx, pg.DSN(database), nil); err != nil {
		return err
	}
	s, err := store.Open(ctx, store.Config{DSN: pg.DSN(database), MaxConns: 24})
	if err != nil {
		return err
	}
	in.onStop(func() { _ = s.Close() })
	in.store = s
	patient := &care.Patient{
		ID: patientID, FamilyName: "Example", GivenName: "Pat", Language: "en",
		Telecoms: []care.Telecom{{System: "email", Value: "pat@example.org"}},
	}
	return s.Tx(ctx, coordinator, func(tx *store.Tx) error { return tx.PutPatient(patient) })
}

func (in *installation) startTemporal(ctx context.Context, pg *postgres.Server, keyFile string) error {
	server, err := temporal.Start(ctx, temporal.Config{SocketDir: pg.SocketDir(), User: pg.User()})
	if err != nil {
		return fmt.Errorf("starting Temporal: %w", err)
	}
	in.onStop(server.Stop)
	key, err := worker.ReadOrCreateKey(keyFile)
	if err != nil {
		return err
	}
	codec, err := worker.NewCodec(key)
	if err != nil {
		return err
	}
	address, tls := server.ClientOptions()
	options := client.Options{HostPort: address, Namespace: temporal.DefaultNamespace, ConnectionOptions: client.ConnectionOptions{TLS: tls}}
	c, err := client.DialContext(ctx, worker.ClientOptions(options, codec, quiet))
	if err != nil {
		return err
	}
	in.onStop(c.Close)
	in.temporal, in.commands = c, workflows.NewClient(c, time.Now)
	return nil
}

func (in *installation) startWorkers(mailDir string) error {
	box, err := mailbox.OpenDir(mailDir, mail.Address{Name: "Bench", Address: "care@throughline.invalid"}, time.Now)
	if err != nil {
		return err
	}
	acts, err := activities.New(activities.Config{
		Journal: pen{in.store}, Outbox: outbox{in.store}, Recipients: addressBook{in.store}, Links: nobody{}, Directory: nobody{}, Neighbours: nobody{},
		Mail: mailbox.New(box, time.Now), PublicURL: "http://127.0.0.1:8080", Organization: "Bench", Phone: "555-0100", Now: time.Now, Logger: quiet,
	})
	if err != nil {
		return err
	}
	workers, err := worker.Start(in.temporal, acts, worker.Options{Logger: quiet})
	if err != nil {
		return err
	}
	in.onStop(workers.Stop)
	return nil
}

func (in *installation) onStop(do func()) { in.stops = append(in.stops, do) }

// stop ends what was started, the last first.
func (in *installation) stop() {
	for _, stop := range slices.Backward(in.stops) {
		stop()
	}
}
