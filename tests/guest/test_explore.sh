#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `scxplore explore` in real guests: it finds the fault of order that is planted in the scheduler `handoff`, and what it
# saves fails again, by the same trace; a scheduler without it holds. Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out" "$work/err"; fi
}
scxplore() { "$SXP_SCXPLORE" "$@" >"$work/out" 2>"$work/err"; }
scenario() {
	cat <<END
sched watchdog 1s
sched load $1
spawn hands wake-chain n=2 depth=2 work=1ms
hold 200ms
kill hands
expect sched == $1
END
}
echo 1..8

scenario handoff >"$work/broken.scx"
scxplore explore "$work/broken.scx" --seeds 20 -o "$work/found.session" --topology 1n1l1c1t
[ $? = 1 ] && grep -q "breaks 'expect sched == handoff' each time" "$work/err"
result $? "it finds the order in which a wake-up is lost"
grep -qx "$work/found.session" "$work/out" && head -n 1 "$work/found.session" | grep -q '"exact":true,"seed":[0-9]'
result $? "and saves it with its seed"
hash=$(sed -n 's/.*"op":"expect trace == \([0-9a-f]*\) .*/\1/p' "$work/found.session")
scxplore run "$work/found.session"
[ $? = 1 ] && grep -q '^not ok .*expect sched == handoff' "$work/out"
result $? "what was saved fails by itself"
[ -n "$hash" ] && grep -q "^ok .*expect trace == $hash" "$work/out"
result $? "by the same trace"

scxplore explore "$work/broken.scx" -o "$work/found.session" --topology 1n1l1c1t
[ $? = 2 ] && grep -q 'found.session' "$work/err"
result $? "a session that is there is not overwritten"

scenario fifo >"$work/good.scx"
scxplore explore "$work/good.scx" --seeds 1 --from 5 -o "$work/none.session" --topology 1n1l1c1t
[ $? = 0 ] && grep -q 'seed 5: all holds, trace [0-9a-f]\{16\}$' "$work/err" && [ ! -s "$work/out" ]
result $? "where nothing breaks it says so"
[ ! -e "$work/none.session" ]
result $? "and leaves nothing"

scxplore run "$work/good.scx" --seed 5
[ $? = 2 ] && grep -q 'needs --exact' "$work/err"
result $? "a run that is not exact takes no seed"
