#!/usr/bin/env bash
# Installs the scanners whose reports `rekey leaks import` reads into a cache folder, and prints the folder of their commands:
# gitleaks (a Go module), detect-secrets and DeepSecrets (Python). DeepSecrets twice: 2.1 is the last that writes JSON.
# Safe to run again.
set -euo pipefail
gitleaks=8.30.1
detect_secrets=1.5.0
deepsecrets=2.2.0
deepsecrets_json=2.1.1
home=${XDG_CACHE_HOME:-$HOME/.cache}/rekey-scanners/$gitleaks-$detect_secrets-$deepsecrets-$deepsecrets_json
bin=$home/bin

fail() {
  printf 'install-scanners: %s\n  %s\n' "$1" "$2" >&2
  exit 1
}

python_tool() { # name in bin, package, version, command
  [ -x "$bin/$1" ] && return
  python3 -m venv "$home/$1" >&2
  "$home/$1/bin/pip" install -q "$2==$3" >&2
  ln -sf "$home/$1/bin/$4" "$bin/$1"
}

mkdir -p "$bin"
if [ ! -x "$bin/gitleaks" ]; then
  command -v go > /dev/null || fail 'gitleaks is built from its Go module, and this machine has no go' 'Install Go 1.24 or newer.'
  GOBIN=$bin go install "github.com/zricethezav/gitleaks/v8@v$gitleaks" >&2
fi
python_tool detect-secrets detect-secrets "$detect_secrets" detect-secrets
python_tool deepsecrets deepsecrets "$deepsecrets" deepsecrets
python_tool deepsecrets-json deepsecrets "$deepsecrets_json" deepsecrets
echo "$bin"
