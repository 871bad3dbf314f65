//go:build !external

package temporal

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// listening is the socket state LISTEN in /proc/net/tcp (Linux, include/net/tcp_states.h).
const listening = "0A"

// ownPorts are the TCP ports that this process listens on, whatever it was configured to.
func ownPorts(t *testing.T) map[int]bool {
	t.Helper()
	ports := map[int]bool{}
	inodes := ownSockets(t)
	for _, table := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		content, err := os.ReadFile(table)
		if err != nil {
			continue
		}
		for _, line := range strings.Split(string(content), "\n")[1:] {
			fields := strings.Fields(line)
			if len(fields) < 10 || fields[3] != listening || !inodes[fields[9]] {
				continue
			}
			_, hex, _ := strings.Cut(fields[1], ":")
			port, err := strconv.ParseInt(hex, 16, 32)
			if err != nil {
				t.Fatal(err)
			}
			ports[int(port)] = true
		}
	}
	if len(ports) < 3 {
		t.Fatalf("this process listens on %v; the server has more ports", ports)
	}
	return ports
}

func ownSockets(t *testing.T) map[string]bool {
	t.Helper()
	entries, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	inodes := map[string]bool{}
	for _, entry := range entries {
		target, err := os.Readlink("/proc/self/fd/" + entry.Name())
		if err != nil {
			continue
		}
		if inode, ok := strings.CutPrefix(target, "socket:["); ok {
			inodes[strings.TrimSuffix(inode, "]")] = true
		}
	}
	return inodes
}
