package worker_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	commonpb "go.temporal.io/api/common/v1"
	"go.temporal.io/sdk/converter"
	"google.golang.org/protobuf/proto"
	"pgregory.net/rapid"

	"throughline/care"
	"throughline/worker"
)

// fatal is a test or a property.
type fatal interface{ Fatal(args ...any) }

func key(t fatal, fill byte) worker.Key {
	k, err := worker.NewKey(bytes.Repeat([]byte{fill}, 32))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func codec(t fatal, current worker.Key, older ...worker.Key) *worker.Codec {
	c, err := worker.NewCodec(current, older...)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCodecRoundTrip: what was encoded comes back, whatever it is, and its words are not to be seen.
func TestCodecRoundTrip(t *testing.T) {
	c := codec(t, key(t, 1))
	rapid.Check(t, func(t *rapid.T) {
		in := &commonpb.Payload{
			Metadata: map[string][]byte{"encoding": []byte("json/plain"), "a": rapid.SliceOf(rapid.Byte()).Draw(t, "metadata")},
			Data:     rapid.SliceOfN(rapid.Byte(), 0, 4096).Draw(t, "data"),
		}
		sealed, err := c.Encode([]*commonpb.Payload{in})
		if err != nil {
			t.Fatal(err)
		}
		if len(in.GetData()) > 8 && bytes.Contains(sealed[0].GetData(), in.GetData()) {
			t.Fatal("the content stands in plain")
		}
		out, err := c.Decode(sealed)
		if err != nil {
			t.Fatal(err)
		}
		if !proto.Equal(in, out[0]) {
			t.Fatalf("got %v back", out[0])
		}
	})
}

func TestCodecCompressesAndNeverRepeatsItself(t *testing.T) {
	c := codec(t, key(t, 1))
	in := &commonpb.Payload{Data: []byte(strings.Repeat("the same words again ", 500))}
	first, err := c.Encode([]*commonpb.Payload{in})
	if err != nil {
		t.Fatal(err)
	}
	second, err := c.Encode([]*commonpb.Payload{in})
	if err != nil {
		t.Fatal(err)
	}
	if got := len(first[0].GetData()); got > len(in.GetData())/10 {
		t.Errorf("%d octets became %d", len(in.GetData()), got)
	}
	if bytes.Equal(first[0].GetData(), second[0].GetData()) {
		t.Error("the same payload twice looks the same")
	}
}

func TestCodecRefusesWhatWasTamperedWith(t *testing.T) {
	c := codec(t, key(t, 1))
	for name, tamper := range map[string]func(*commonpb.Payload){
		"content":     func(p *commonpb.Payload) { p.GetData()[len(p.GetData())-1] ^= 1 },
		"compression": func(p *commonpb.Payload) { delete(p.GetMetadata(), "zip") },
		"key":         func(p *commonpb.Payload) { p.Metadata["key"] = []byte("another") },
		"length":      func(p *commonpb.Payload) { p.Data = p.GetData()[:5] },
	} {
		sealed, err := c.Encode([]*commonpb.Payload{{Data: bytes.Repeat([]byte("words "), 200)}})
		if err != nil {
			t.Fatal(err)
		}
		tamper(sealed[0])
		if _, err := c.Decode(sealed); err == nil {
			t.Errorf("%s: decoded", name)
		}
	}
}

func TestCodecAfterAChangeOfKeys(t *testing.T) {
	before := codec(t, key(t, 1))
	sealed, err := before.Encode([]*commonpb.Payload{{Data: []byte("old")}})
	if err != nil {
		t.Fatal(err)
	}
	after := codec(t, key(t, 2), key(t, 1))
	out, err := after.Decode(sealed)
	if err != nil || string(out[0].GetData()) != "old" {
		t.Errorf("got %v, %v", out, err)
	}
	again, err := after.Encode(out)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(again[0].GetMetadata()["key"]), key(t, 2).ID(); got != want {
		t.Errorf("encoded with %s, want %s", got, want)
	}
	if _, err := codec(t, key(t, 2)).Decode(sealed); err == nil {
		t.Error("decoded without the key")
	}
}

func TestCodecLeavesPlainPayloadsAlone(t *testing.T) {
	plain, err := converter.GetDefaultDataConverter().ToPayload("hello")
	if err != nil {
		t.Fatal(err)
	}
	out, err := codec(t, key(t, 1)).Decode([]*commonpb.Payload{plain})
	if err != nil || !proto.Equal(plain, out[0]) {
		t.Errorf("got %v, %v", out, err)
	}
}

func TestSummariesStayWithinTheServersLimit(t *testing.T) {
	const limit = 400 // octets; the server's limit.userMetadataSummarySize
	data := converter.NewCodecDataConverter(converter.GetDefaultDataConverter(), codec(t, key(t, 1)))
	p, err := data.ToPayload(strings.Repeat("ø…", 32)) // the longest that a workflow gives has 160 octets
	if err != nil {
		t.Fatal(err)
	}
	if got := proto.Size(p); got > limit {
		t.Errorf("a summary takes %d octets", got)
	}
}

func TestKeyFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payload-key")
	made, err := worker.ReadOrCreateKey(file)
	if err != nil {
		t.Fatal(err)
	}
	again, err := worker.ReadOrCreateKey(file)
	if err != nil || again != made {
		t.Errorf("the second reading gave another key (%v)", err)
	}
	info, err := os.Stat(file)
	if err != nil || info.Mode().Perm() != 0o600 || info.Size() != 32 {
		t.Errorf("the file is %v, %v", info, err)
	}
	if err := os.Chmod(file, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := worker.ReadKey(file); care.CodeOf(err) != care.Invalid {
		t.Errorf("a key that others may read gives %v", err)
	}
}

func TestKeyOfAnotherLengthIsRefused(t *testing.T) {
	file := filepath.Join(t.TempDir(), "payload-key")
	if err := os.WriteFile(file, []byte("too short"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := worker.ReadOrCreateKey(file); care.CodeOf(err) != care.Invalid {
		t.Errorf("got %v", err)
	}
	left, err := os.ReadFile(file)
	if diff := cmp.Diff("too short", string(left)); err != nil || diff != "" {
		t.Errorf("the file was touched: %v, %s", err, diff)
	}
}

func TestKeyDoesNotPrintItself(t *testing.T) {
	secret := strings.Repeat("s", 32)
	k, err := worker.NewKey([]byte(secret))
	if err != nil {
		t.Fatal(err)
	}
	for _, format := range []string{k.String(), k.GoString()} {
		if strings.Contains(format, secret) || !strings.Contains(format, k.ID()) {
			t.Errorf("a key prints as %q", format)
		}
	}
}
