package worker_test

import (
	"bytes"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"throughline/worker"
)

func TestAKeyFileMayHoldTheKeyInBase64(t *testing.T) {
	t.Parallel()
	secret := bytes.Repeat([]byte{7}, 32)
	want, err := worker.NewKey(secret)
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string][]byte{
		"raw":    secret,
		"base64": []byte(base64.StdEncoding.EncodeToString(secret) + "\n"),
	} {
		path := filepath.Join(t.TempDir(), "key")
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		got, err := worker.ReadKey(path)
		if err != nil || got != want {
			t.Errorf("%s: %v, %v", name, got, err)
		}
	}
}
