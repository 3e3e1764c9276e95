#!/bin/sh
# SPDX-License-Identifier: MIT
# Installs the Debian packages that are missing, as root or through sudo:
# tools/setup.sh run|test|ci. Where that can't be done it says which.
set -eu

packages="gcc libc6-dev meson ninja-build pkg-config libssl-dev
	libcjson-dev libevent-dev libexpat1-dev uthash-dev"
case "$1" in
run) ;;
test) packages="$packages libcmocka-dev binutils g++ openssl
	scdoc python3 python3-pytest python3-pytest-xdist zsh" ;;
ci) packages="$packages libcmocka-dev clang clang-format" ;;
*) echo "usage: $0 run|test|ci" >&2 && exit 2 ;;
esac

installed() {
	dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null |
		grep -qx installed
}

if ! command -v dpkg-query >/dev/null; then
	echo "This is no Debian; needed, by their names there:" $packages >&2
	exit 0
fi

missing=
for package in $packages; do
	installed "$package" || missing="$missing $package"
done
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" != 0 ]; then
	as_root="sudo -n"
	if ! sudo -n true 2>/dev/null; then
		echo "Missing packages; install them with:" >&2
		echo "    apt-get install$missing" >&2
		exit 1
	fi
fi

echo "installing:$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
export DEBIAN_FRONTEND=noninteractive
if ! { $as_root apt-get update && $as_root apt-get install -y \
	--no-install-recommends $missing; } >"$log" 2>&1; then
	tail -n 20 "$log" >&2
	echo "Could not install these packages:$missing" >&2
	exit 1
fi
