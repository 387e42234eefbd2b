#!/usr/bin/env bash
# Installs cfn-lint, which is Python, into a cache folder, and prints its command. Safe to run again.
set -euo pipefail
version=1.58.0
home=${XDG_CACHE_HOME:-$HOME/.cache}/rekey-cfn-lint/$version
if [ ! -x "$home/bin/cfn-lint" ]; then
  python3 -m venv "$home" >&2
  "$home/bin/pip" install -q "cfn-lint==$version" >&2
fi
echo "$home/bin/cfn-lint"
