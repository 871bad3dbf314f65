#!/usr/bin/env bash
# Makes sure that PostgreSQL's server binaries are there: the embedded default
# and the tests start servers of their own. As root on Debian or Ubuntu they
# are installed; otherwise this says what to install.
set -euo pipefail

found() {
	command -v initdb >/dev/null && command -v postgres >/dev/null && return
	local dir
	# Where embedded/postgres looks, too.
	for dir in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
		/usr/local/opt/postgresql*/bin /opt/homebrew/opt/postgresql*/bin; do
		[ -x "$dir/initdb" ] && [ -x "$dir/postgres" ] && return
	done
	return 1
}

found && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "PostgreSQL's server binaries are missing; installing Debian's package postgresql."
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends postgresql
	found && exit 0
fi

cat >&2 <<'EOF'
PostgreSQL's server binaries (initdb and postgres, version 13 or later) are missing. Install them:
  Debian, Ubuntu   sudo apt-get install postgresql
  Fedora, RHEL     sudo dnf install postgresql-server
  Alpine           sudo apk add postgresql
  macOS            brew install postgresql@17
EOF
exit 1
