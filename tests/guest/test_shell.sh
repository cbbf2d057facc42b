#!/bin/sh
# `scxplore shell` without a terminal: one command, piped commands, much data both ways. At a
# terminal it is driven by tests/tmux. Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out" "$work/err"; fi
}
shell() { "$SXP_SCXPLORE" shell "$@" >"$work/out" 2>"$work/err"; }

echo 1..9
shell -- sh -c 'exit 7' </dev/null
[ $? = 7 ]
result $? "a command's exit code is the program's own"
printf '%s\n' 'echo $((6 * 7))' 'cat /proc/self/cgroup' 'ps >/dev/null && top -b -n 1 >/dev/null && echo tools' \
	'echo complaint >&2' 'exit 3' | shell
[ $? = 3 ]
result $? "commands are piped into a shell, and its exit code comes back"
grep -qx 42 "$work/out" && grep -qx tools "$work/out"
result $? "what it prints stands on standard output, and its tools are there"
grep -qx 0::/ "$work/out"
result $? "it runs outside the workload"
grep -qx complaint "$work/err" && ! grep -q complaint "$work/out"
result $? "standard error stays apart"
# more than both windows hold, so that each side has to wait for the other
seq 1 200000 >"$work/in"
shell -- cat <"$work/in" && cmp "$work/in" "$work/out" >"$work/err" 2>&1
result $? "a file of 1.3 MB goes through the guest and comes back whole"
shell -- sh -c 'kill -KILL $$' </dev/null
[ $? = 137 ]
result $? "a signal that ends it is told as a shell tells it"
shell -- no-such-program </dev/null
[ $? = 127 ] && grep -q "cannot execute 'no-such-program'" "$work/err"
result $? "a program that is not there is named"
# the reader leaves early: the endless writer is ended with the guest
"$SXP_SCXPLORE" shell -- sh -c 'yes & exec timeout 2 cat' </dev/null 2>"$work/err" | head -n 3 >"$work/out"
[ "$(wc -l <"$work/out")" = 3 ]
result $? "one that never stops to write ends with its shell"
