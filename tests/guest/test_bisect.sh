#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# `scxplore bisect` in real guests: of a scenario, and of the session that was recorded of it, what is left is
# what its failure needs, and that fails by itself. Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out" "$work/err"; fi
}
search() {
	file=$1
	shift
	"$SXP_SCXPLORE" bisect "$work/$file" "$@" >"$work/out" 2>"$work/err"
}
left() { grep -v '^#' "$work/out"; }
echo 1..8

cat >"$work/long.scx" <<'END'
cgroup add a
cgroup add b cpu.weight=50 pids.max=1
spawn x@a spin n=2
hold 300ms
cgroup set a cpu.weight=200
run probe@b -- sh -c "(exit 0); exit 0"
wait probe timeout=30s
expect placed x in=a
expect exit probe == 0
hold 500ms
kill x
END
cat >"$work/want" <<'END'
cgroup add b pids.max=1
run probe@b -- sh -c "(exit 0); exit 0"
wait probe
expect exit probe == 0
END
search long.scx --topology 1n1l2c1t --include sh
result $? "it finds something"
left | cmp -s - "$work/want"
result $? "what is left is the limit, who runs into it, the wait for it, and the expectation"
cp "$work/out" "$work/small.scx"
"$SXP_SCXPLORE" run "$work/small.scx" --topology 1n1l2c1t --include sh >"$work/out" 2>"$work/err"
[ $? = 1 ] && grep -q '^not ok .*expect exit probe == 0' "$work/out"
result $? "and that fails by itself"

"$SXP_SCXPLORE" do "$work/long.scx" --topology 1n1l2c1t --include sh --save "$work/long.session" >"$work/out" 2>"$work/err"
search long.session -o "$work/small.scx"
[ $? = 2 ] && grep -q 'small.scx' "$work/err"
result $? "a file that is there is not overwritten"
left | cmp -s - /dev/null && grep -q 'expect exit probe' "$work/small.scx"
result $? "and stays as it was"

cat >"$work/good.scx" <<'END'
run probe -- sh -c "exit 0"
wait probe
expect exit probe == 0
END
search good.scx --topology 1n1l1c1t --include sh --repeat 2
[ $? = 2 ] && grep -q 'no expectation fails in 2 runs' "$work/err" && [ ! -s "$work/out" ]
result $? "where nothing fails it says so, after as often as was asked"

cat >"$work/exact.scx" <<'END'
cgroup add a
run probe -- sh -c "exit 3"
wait probe
expect exit probe == 0
END
search exact.scx --topology 1n1l1c1t --include sh --exact
result $? "by exact replays, too"
! left | grep -q cgroup && left | grep -q '^expect exit' && grep -q '^#.*--exact' "$work/out"
result $? "and says that they were"
