package hl7v2

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// Another project's MLLP client understands our framing and our acknowledgements.
func TestMLLPWithAnotherProjectsClient(t *testing.T) {
	const peer = "testdata/peer"
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("node is not installed: install Node 20 or newer to try the MLLP server with another project's client")
	}
	if _, err := os.Stat(filepath.Join(peer, "node_modules", "node-hl7-client")); err != nil {
		t.Skip("the MLLP client is not installed: run `npm ci` in intake/hl7v2/" + peer)
	}
	names := make(chan string, 8)
	s := serve(t, MLLPServer{Handler: func(_ context.Context, raw []byte) []byte {
		r := Receive(raw, Options{}, testNow)
		if p := r.Inbound.Patient; p != nil {
			names <- p.FamilyName + " " + p.GivenName
		}
		return r.Ack(testNow, nil)
	}}, nil)
	_, port, _ := strings.Cut(s.addr, ":")
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	run := exec.CommandContext(ctx, node, "send.js", port)
	run.Dir = peer
	out, err := run.CombinedOutput()
	if err != nil {
		t.Fatalf("the client failed: %v\n%s", err, out)
	}
	if diff := cmp.Diff("AA PEER1 2.5\nAA PEER2 2.5\nAE PEER3 2.5\n", string(out)); diff != "" {
		t.Errorf("acknowledgements (-want +got):\n%s", diff)
	}
	if got := <-names; got != "O'Hara Zoë" {
		t.Errorf("the name arrived as %q", got)
	}
}
