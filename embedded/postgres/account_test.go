//go:build unix

package postgres

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

func TestOwnGivesTheWholeTreeAndNothingBeyond(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root gives files away")
	}
	outside := filepath.Join(t.TempDir(), "outside")
	tree := t.TempDir()
	inner := filepath.Join(tree, "inner")
	file, link := filepath.Join(inner, "file"), filepath.Join(inner, "link")
	if err := os.Mkdir(inner, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{outside, file} {
		if err := os.WriteFile(path, nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, link); err != nil {
		t.Fatal(err)
	}
	other := account{name: "other", uid: 65534, gid: 65534, drop: true}
	if err := other.own(tree); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{tree, inner, file, link} {
		if uid := ownerOf(t, path); uid != other.uid {
			t.Errorf("%s belongs to %d, want %d", path, uid, other.uid)
		}
	}
	if uid := ownerOf(t, outside); uid != 0 {
		t.Errorf("what a link leads to was given to %d", uid)
	}
}

func ownerOf(t *testing.T, path string) uint32 {
	t.Helper()
	info, err := os.Lstat(path)
	if err != nil {
		t.Fatal(err)
	}
	stat, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		t.Fatalf("no owner of %s", path)
	}
	return stat.Uid
}
