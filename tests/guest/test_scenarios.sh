#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Every canned scenario has a sentence of purpose, runs by its name in a real guest, and holds.
# Needs SXP_SCXPLORE, SXP_AGENT, SXP_SCENARIOS.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
"$SXP_SCXPLORE" scenarios >"$work/list" || exit 1
count=$(wc -l <"$work/list")
echo "1..$((count + 1))"
n=1
if [ "$count" -ge 30 ]; then echo "ok 1 - there are at least 30"; else echo "not ok 1 - only $count"; fi
while read -r name purpose; do
	n=$((n + 1))
	if [ -n "$purpose" ] && "$SXP_SCXPLORE" run "$name" </dev/null >"$work/out" 2>&1; then
		echo "ok $n - $name: $purpose"
	else
		echo "not ok $n - $name: $purpose"
		sed 's/^/# /' "$work/out"
	fi
done <"$work/list"
