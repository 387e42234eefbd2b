#!/usr/bin/env bash
# Installs the servers that tests and the demo start by themselves, Redis and MariaDB, and what makes certificates for them,
# from Debian. Starts no service.
# Safe to run again: where all are there it says so and does nothing.
set -euo pipefail
export PATH="$PATH:/usr/local/sbin:/usr/sbin:/sbin"
packages=(redis-server mariadb-server openssl)
policy=/usr/sbin/policy-rc.d

fail() {
  printf 'install-servers: %s\n  %s\n' "$1" "$2" >&2
  exit 1
}

missing() {
  local command
  for command in redis-server mariadbd mariadb-install-db openssl; do
    command -v "$command" > /dev/null || echo "$command"
  done
}

report() {
  echo "redis-server $(redis-server --version | sed -n 's/.*v=\([0-9.]*\).*/\1/p'), mariadbd $(mariadbd --no-defaults --version | sed -n 's/.*Ver \([0-9.]*\).*/\1/p')"
}

if [ -z "$(missing)" ]; then
  report
  exit 0
fi
command -v apt-get > /dev/null ||
  fail "this machine has no apt-get, and $(missing | paste -sd ' ') missing" \
    'Install Redis 7 and MariaDB 10.11 by its own means, with these commands on the PATH.'
root=()
if [ "$(id -u)" != 0 ]; then
  command -v sudo > /dev/null || fail 'not root, and there is no sudo' "As root: $0"
  sudo -n true 2> /dev/null || [ -t 0 ] || fail 'sudo asks for a password, and nobody is there to give it' "In a terminal: $0"
  root=(sudo)
fi

# What starts services asks this file first. The machine's own, where it has one, stays as it is.
if [ -e "$policy" ]; then
  said=0
  "${root[@]}" "$policy" redis-server start > /dev/null 2>&1 || said=$?
  [ "$said" = 101 ] || fail "$policy would let the packages start their services" \
    "By hand: apt-get install --no-install-recommends ${packages[*]}, then stop and disable both services."
else
  trap '"${root[@]}" rm -f "$policy"' EXIT
  printf '#!/bin/sh\nexit 101\n' | "${root[@]}" tee "$policy" > /dev/null
  "${root[@]}" chmod 755 "$policy"
fi

# The lock may be another installation's for a while.
apt() {
  "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=120 "$@" < /dev/null >&2
}
install() { apt install --no-install-recommends "${packages[@]}"; }
# Lists that are there may be old: asked for anew only where they do not serve.
install || { apt update && install; } ||
  fail "apt-get could not install ${packages[*]} (its own words are above)" \
    "Put right what it says, then run $0 again."
[ -z "$(missing)" ] || fail "installed, and $(missing | paste -sd ' ') still missing" \
  "Look at: dpkg -L ${packages[*]} | grep bin/"
report
