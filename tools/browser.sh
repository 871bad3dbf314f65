#!/usr/bin/env bash
# Makes sure that Chromium and its driver are there: the partner's page is tested
# in a real browser. As root on Debian or Ubuntu they are installed; otherwise
# this says what to install.
set -euo pipefail

found() {
	command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || return 1
	command -v chromedriver >/dev/null || command -v chromium.chromedriver >/dev/null
}

found && exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
	echo "Chromium or its driver is missing; installing Debian's packages chromium and chromium-driver."
	apt-get update -q
	DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends chromium chromium-driver
	found && exit 0
fi

cat >&2 <<'EOT'
Chromium and its driver (chromedriver) are missing; the partner's page is tested with them. Install them:
  Debian           sudo apt-get install chromium chromium-driver
  Ubuntu           sudo snap install chromium
  Fedora           sudo dnf install chromium chromedriver
  macOS            brew install --cask google-chrome chromedriver
EOT
exit 1
