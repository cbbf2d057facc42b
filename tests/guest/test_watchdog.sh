#!/bin/sh
# --watchdog reaches the kernel: a scheduler that stalls is ejected after that time, not after the
# kernel's own 30 s. Needs SXP_SCXPLORE, SXP_AGENT, LOAD_SCHED, STALL_OBJECT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out"; fi
}
echo 1..3
cat >"$work/stall.scx" <<END
run sched -- load_sched $STALL_OBJECT
spawn lost spin n=1
wait sched timeout=100s
expect exit sched == 0
expect output sched contains "lasted"
END
# the kernel looks at its runnable tasks every half time-out: twice the time is within its right
"$SXP_SCXPLORE" do "$work/stall.scx" --watchdog 3s --include "$LOAD_SCHED" --include "$STALL_OBJECT" >"$work/out" 2>&1
result $? "a scheduler that stalls is ejected and the session goes on"
ms=$(sed -n 's/.*lasted \([0-9]*\) ms.*/\1/p' "$work/out" | head -n 1)
[ -n "$ms" ] && [ "$ms" -ge 1500 ]
result $? "not before its watchdog time-out"
[ -n "$ms" ] && [ "$ms" -lt 15000 ]
result $? "well before the kernel's own 30 s"
