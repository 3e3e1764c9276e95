#!/bin/sh
# SPDX-License-Identifier: MIT
# Builds into a folder, in silence unless that fails:
# tools/build.sh FOLDER MESON-OPTION...
set -eu

quietly() {
	said=$("$@" 2>&1) || {
		echo "$said"
		exit 1
	}
}

folder=$1
shift
[ -f "$folder/build.ninja" ] || quietly meson setup "$folder" "$@"
quietly ninja -C "$folder"
