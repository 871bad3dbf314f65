//go:build unix

package postgres

import (
	"fmt"
	"os"
	"strings"
)

// settings are for a small machine that must not lose anything. fsync, synchronous_commit and
// full_page_writes are PostgreSQL's defaults, written down because they must stay.
//
// log_min_messages = log keeps the server's own life in its log and leaves out the errors of clients,
// whose texts can quote what was stored.
const settings = `# Written by throughline at every start; changes here are lost.
# An administrator's own settings go through ALTER SYSTEM.
listen_addresses = ''
port = %d
unix_socket_directories = '%s'
unix_socket_permissions = 0700
max_connections = %d

fsync = on
synchronous_commit = on
full_page_writes = on
wal_level = replica
max_wal_senders = 2
wal_compression = on
min_wal_size = 80MB
max_wal_size = 512MB
checkpoint_timeout = 5min

shared_buffers = 128MB
effective_cache_size = 512MB
work_mem = 8MB
maintenance_work_mem = 64MB
max_parallel_workers_per_gather = 0
random_page_cost = 1.1
jit = off

timezone = 'UTC'
log_timezone = 'UTC'
lc_messages = 'C'
log_destination = 'stderr'
logging_collector = off
log_line_prefix = '%%m [%%p] '
log_min_messages = log
log_min_error_statement = panic
log_error_verbosity = terse
log_checkpoints = off
log_autovacuum_min_duration = -1
`

// hostAccess trusts whoever reaches the socket: its directory lets in the server's account and root
// only. There are no host lines, so that a port opened by mistake still admits nobody.
//
//nolint:dupword // all databases, all users
const hostAccess = `# Written by throughline at every start; changes here are lost.
local all all trust
local replication all trust
`

func writeSettings(l layout, maxConnections int) error {
	files := map[string]string{
		l.configFile(): fmt.Sprintf(settings, port, l.socket, maxConnections),
		l.hbaFile():    hostAccess,
		l.identFile():  "# Written by throughline at every start; no mappings are needed.\n",
	}
	for path, content := range files {
		// Readable by the server's account, which is another one when this process is root.
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil { //nolint:gosec // they hold no secrets
			return fmt.Errorf("writing PostgreSQL's settings: %w", err)
		}
	}
	return nil
}

const (
	largestLog = 10 << 20
	tailBytes  = 2000
)

// openLog opens the server's log for appending and tells its size. A large log is set aside, one
// generation is kept.
func openLog(path string) (*os.File, int64, error) {
	if info, err := os.Stat(path); err == nil && info.Size() > largestLog {
		if err := os.Rename(path, path+".1"); err != nil {
			return nil, 0, fmt.Errorf("setting PostgreSQL's log aside: %w", err)
		}
	}
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
	if err != nil {
		return nil, 0, fmt.Errorf("opening PostgreSQL's log: %w", err)
	}
	info, err := file.Stat()
	if err != nil {
		_ = file.Close()
		return nil, 0, fmt.Errorf("looking at PostgreSQL's log: %w", err)
	}
	return file, info.Size(), nil
}

// logTail gives, on one line, the last of what was logged after from.
func logTail(path string, from int64) string {
	content, err := os.ReadFile(path)
	if err != nil || int64(len(content)) <= from {
		return "nothing"
	}
	said := content[from:]
	if len(said) > tailBytes {
		said = said[len(said)-tailBytes:]
	}
	return strings.Join(strings.Split(strings.TrimSpace(string(said)), "\n"), " | ")
}
