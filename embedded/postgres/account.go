//go:build unix

package postgres

import (
	"fmt"
	"io/fs"
	"os"
	"os/user"
	"strconv"
	"syscall"

	"throughline/care"
)

// account is who the server runs as. PostgreSQL refuses to run as root.
type account struct {
	name     string
	uid, gid uint32
	// drop is set when this process is root and has to give its rights away for the server.
	drop bool
}

// chooseAccount takes this process's own account or, for root, the first that exists of the accounts
// made for such a purpose.
func chooseAccount() (account, error) {
	if os.Geteuid() != 0 {
		return ownAccount()
	}
	for _, name := range []string{"postgres", "nobody"} {
		acct, err := lookupAccount(name)
		if err == nil {
			return acct, nil
		}
	}
	return account{}, care.Errorf(care.Unavailable,
		"PostgreSQL refuses to run as root, and there is neither an account named postgres nor one named nobody to run it as; create one, or start throughline as an ordinary user")
}

func ownAccount() (account, error) {
	uid, gid := os.Geteuid(), os.Getegid()
	if _, err := user.LookupId(strconv.Itoa(uid)); err != nil {
		return account{}, care.Errorf(care.Unavailable,
			"the user id %d has no name on this system, and PostgreSQL does not start without one; run throughline as a user that /etc/passwd knows", uid)
	}
	return account{uid: uint32(uid), gid: uint32(gid)}, nil
}

func lookupAccount(name string) (account, error) {
	found, err := user.Lookup(name)
	if err != nil {
		return account{}, fmt.Errorf("looking up the account %s: %w", name, err)
	}
	uid, err := strconv.ParseUint(found.Uid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("reading the user id of %s: %w", name, err)
	}
	gid, err := strconv.ParseUint(found.Gid, 10, 32)
	if err != nil {
		return account{}, fmt.Errorf("reading the group id of %s: %w", name, err)
	}
	return account{name: name, uid: uint32(uid), gid: uint32(gid), drop: true}, nil
}

// attributes are those of a child of this account. Its own process group keeps the terminal's Ctrl-C
// from ending the database while the rest is still closing its work.
func (a account) attributes() *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if a.drop {
		attr.Credential = &syscall.Credential{Uid: a.uid, Gid: a.gid}
	}
	return attr
}

// own gives path to the account; the whole tree below it too, when it belonged to someone else (data
// that was copied, or first used under another account).
func (a account) own(path string) error {
	if !a.drop {
		return nil
	}
	info, err := os.Lstat(path)
	if err != nil {
		return fmt.Errorf("looking at %s: %w", path, err)
	}
	if stat, ok := info.Sys().(*syscall.Stat_t); ok && stat.Uid == a.uid {
		return nil
	}
	if info.IsDir() {
		err = a.ownTree(path)
	} else {
		err = os.Lchown(path, int(a.uid), int(a.gid))
	}
	if err != nil {
		return fmt.Errorf("giving %s to the account %s: %w", path, a.name, err)
	}
	return nil
}

// ownTree never leaves the tree: whoever owned it could put a link in a folder's place meanwhile, and
// root would give away what the link leads to.
func (a account) ownTree(path string) error {
	tree, err := os.OpenRoot(path)
	if err != nil {
		return fmt.Errorf("opening the folder: %w", err)
	}
	defer tree.Close()
	err = fs.WalkDir(tree.FS(), ".", func(at string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return tree.Lchown(at, int(a.uid), int(a.gid))
	})
	if err != nil {
		return fmt.Errorf("walking through it: %w", err)
	}
	return nil
}
