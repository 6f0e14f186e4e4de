#!/bin/sh
# Finds a Chromium for the browser tests, or installs one: Playwright's own build where it can be
# fetched, else Debian's package. Prints nothing when one is already there.
set -eu
python=$1
find_chromium() { "$python" -m tests.browser.chromium >/dev/null 2>&1; }
find_chromium && exit 0
echo "Installing Chromium for the browser tests…"
timeout 300 "$python" -m playwright install chromium >/dev/null 2>&1 && find_chromium && exit 0
if command -v apt-get >/dev/null; then
    sudo=""; [ "$(id -u)" = 0 ] || sudo="sudo"
    $sudo apt-get update -qq
    DEBIAN_FRONTEND=noninteractive $sudo apt-get install -y -qq --no-install-recommends chromium fonts-dejavu-core >/dev/null
fi
find_chromium || { echo "No Chromium found: install one (apt-get install chromium) or set CHROMIUM=/path/to/chromium"; exit 1; }
