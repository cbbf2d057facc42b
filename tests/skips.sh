#!/usr/bin/env bash
# Runs a test of cmocka's that leaves out a case where this machine lacks what it needs. cmocka 1.1 says "not ok N # SKIP"
# of it, which TAP has as a failure.
set -uo pipefail
"$@" | sed -uE 's/^not (ok [0-9]+ # SKIP)/\1/'
