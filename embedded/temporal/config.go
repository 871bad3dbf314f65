package temporal

import (
	"log/slog"
	"time"

	enumspb "go.temporal.io/api/enums/v1"
)

const (
	// DefaultNamespace is the namespace of workflows when the configuration names none.
	DefaultNamespace = "throughline"

	defaultDatabase           = "temporal"
	defaultVisibilityDatabase = "temporal_visibility"
	defaultRetention          = 30 * 24 * time.Hour
	defaultShards             = 4
)

// Config says which database the server uses and how it is set up. The zero value of everything but
// the database's address and user stands for a default.
type Config struct {
	// SocketDir is the directory of PostgreSQL's Unix socket. Give either this or Host.
	SocketDir string
	// Host is PostgreSQL's network address, "host" or "host:port".
	Host           string
	User, Password string
	// ConnectAttributes are further connection parameters as in a PostgreSQL URL, such as sslmode.
	ConnectAttributes map[string]string

	// Database ("temporal") and VisibilityDatabase ("temporal_visibility") are created unless they exist.
	Database, VisibilityDatabase string

	// Namespace is made before the server starts; "throughline" when empty.
	Namespace string
	// Retention is how long closed workflows are kept; 30 days when zero.
	Retention time.Duration
	// Shards is the number of history shards, 4 when zero. It is fixed when the database is first used;
	// another number later has no effect.
	Shards int32
	// SearchAttributes are the namespace's own search attributes and their types. More can be added
	// later; none is ever removed.
	SearchAttributes map[string]enumspb.IndexedValueType

	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	if c.Database == "" {
		c.Database = defaultDatabase
	}
	if c.VisibilityDatabase == "" {
		c.VisibilityDatabase = defaultVisibilityDatabase
	}
	if c.Namespace == "" {
		c.Namespace = DefaultNamespace
	}
	if c.Retention == 0 {
		c.Retention = defaultRetention
	}
	if c.Shards == 0 {
		c.Shards = defaultShards
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return c
}
