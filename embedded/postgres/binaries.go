//go:build unix

package postgres

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"throughline/care"
)

// oldestMajor is the oldest version of PostgreSQL that everything above this package works with.
const oldestMajor = 13

// binaries are the programs of one PostgreSQL installation.
type binaries struct {
	postgres, initdb string
	major            int
	version          string // "15.14"
}

// command prepares a program to run as the account. It gets none of this process's environment: the
// environment may hold secrets, and PG* variables meant for somebody else's database.
func (b binaries) command(acct account, program string, args ...string) *exec.Cmd {
	cmd := exec.Command(program, args...) //nolint:noctx // the server outlives the start that launches it
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=" + filepath.Dir(program) + ":/usr/bin:/bin", "LC_ALL=C", "TZ=UTC"}
	cmd.SysProcAttr = acct.attributes()
	return cmd
}

// findBinaries lists the installations that the account can run, in order of preference.
func findBinaries(binDir string, acct account) []binaries {
	dirs := []string{binDir}
	if binDir == "" {
		dirs = usualDirs()
	}
	var found []binaries
	seen := map[string]bool{}
	for _, dir := range dirs {
		bin, ok := binariesIn(dir, acct)
		if !ok || seen[bin.postgres] {
			continue
		}
		seen[bin.postgres] = true
		found = append(found, bin)
	}
	return found
}

// usualDirs are the places where systems and packagers put the server programs, the newest version
// first within each. Most of them are deliberately not on PATH.
func usualDirs() []string {
	var dirs []string
	if path, err := exec.LookPath("postgres"); err == nil {
		dirs = append(dirs, filepath.Dir(path))
	}
	if out, err := exec.Command("pg_config", "--bindir").Output(); err == nil { //nolint:noctx // it answers at once
		dirs = append(dirs, strings.TrimSpace(string(out)))
	}
	for _, pattern := range []string{
		"/usr/lib/postgresql/*/bin",      // Debian, Ubuntu
		"/usr/pgsql-*/bin",               // PGDG on Fedora, RHEL
		"/usr/libexec/postgresql*",       // Alpine
		"/usr/local/pgsql/bin",           // built from source
		"/usr/local/opt/postgresql*/bin", // Homebrew on Intel
		"/opt/homebrew/opt/postgresql*/bin",
		"/Applications/Postgres.app/Contents/Versions/*/bin",
		"/usr/bin",
		"/usr/local/bin",
	} {
		dirs = append(dirs, newestFirst(pattern)...)
	}
	return dirs
}

var digits = regexp.MustCompile(`[0-9]+`)

func newestFirst(pattern string) []string {
	matches, err := filepath.Glob(pattern)
	if err != nil {
		return nil
	}
	number := func(path string) int {
		n, err := strconv.Atoi(digits.FindString(path))
		if err != nil {
			return 0
		}
		return n
	}
	slices.SortStableFunc(matches, func(a, b string) int { return number(b) - number(a) })
	return matches
}

var versionLine = regexp.MustCompile(`\(PostgreSQL\) ((\d+)[^\s]*)`)

func binariesIn(dir string, acct account) (binaries, bool) {
	server, err := filepath.EvalSymlinks(filepath.Join(dir, "postgres"))
	if err != nil {
		return binaries{}, false
	}
	bin := binaries{postgres: server, initdb: filepath.Join(filepath.Dir(server), "initdb")}
	if _, err := os.Stat(bin.initdb); err != nil {
		return binaries{}, false
	}
	out, err := bin.command(acct, bin.postgres, "--version").Output()
	if err != nil {
		return binaries{}, false
	}
	match := versionLine.FindStringSubmatch(string(out))
	if match == nil {
		return binaries{}, false
	}
	bin.version = match[1]
	bin.major, err = strconv.Atoi(match[2])
	return bin, err == nil && bin.major >= oldestMajor
}

// chooseBinaries takes the installation of the major version that made the data, or the first one
// when there is no data yet.
func chooseBinaries(candidates []binaries, dataDir string) (binaries, error) {
	major, err := dataMajor(dataDir)
	if err != nil {
		return binaries{}, err
	}
	if major == 0 {
		return candidates[0], nil
	}
	for _, bin := range candidates {
		if bin.major == major {
			return bin, nil
		}
	}
	return binaries{}, care.Errorf(care.Unavailable,
		"the data in %s was made by PostgreSQL %d, and this machine has PostgreSQL %d; install PostgreSQL %d again (or move the data with pg_upgrade or pg_dump): a PostgreSQL reads its own version's data only",
		dataDir, major, candidates[0].major, major)
}

// dataMajor reads which major version made the data; 0 when there is none yet.
func dataMajor(dataDir string) (int, error) {
	content, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("reading the version of the data: %w", err)
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(content)))
	if err != nil {
		return 0, care.Errorf(care.Unavailable, "%s does not look like data of PostgreSQL %d or newer", dataDir, oldestMajor)
	}
	return major, nil
}

// missing says which package to install.
func missing(binDir string) error {
	where := "on this machine"
	if binDir != "" {
		where = "in " + binDir
	}
	return care.Errorf(care.Unavailable,
		"PostgreSQL's server programs (postgres and initdb, version %d or newer) were not found %s; install them (%s), or set DATABASE_URL to use a database of your own",
		oldestMajor, where, packages)
}

const packages = "Debian and Ubuntu: sudo apt-get install postgresql; Fedora: sudo dnf install postgresql-server postgresql-contrib; macOS: brew install postgresql@17"

// Installed says which PostgreSQL Start would use for new data, or what to install.
func Installed() (string, error) {
	acct, err := chooseAccount()
	if err != nil {
		return "", err
	}
	found := findBinaries("", acct)
	if len(found) == 0 {
		return "", missing("")
	}
	return "embedded; PostgreSQL " + found[0].version + " in " + filepath.Dir(found[0].postgres), nil
}
