#!/bin/sh
# --exact: the same scenario gives the same scheduling trace, every switch, wake-up and migration with
# its nanosecond and CPU, however busy this machine is; another scenario gives another. What needs the
# host in between is refused before anything is booted. Needs SXP_SCXPLORE, SXP_AGENT.
# EXACT_REPLAYS: of two scenarios, 2 by default; every second one beside two busy loops. The others go once.
set -u
work=$(mktemp -d)
busy=
relax() {
	for p in $busy; do kill "$p" 2>/dev/null; wait "$p" 2>/dev/null; done
	busy=
}
trap 'relax; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM HUP
replays=${EXACT_REPLAYS:-2}
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out"; fi
}
burden() {
	(while :; do :; done) & busy="$busy $!"
	(while :; do :; done) & busy="$busy $!"
}
topology=1n1l1c1t
# file [options]: its report in out, "HASH on=MACHINE" in hash
exactly() {
	file=$1; shift
	"$SXP_SCXPLORE" run "$file" --exact --topology "$topology" "$@" >"$work/out" 2>&1
	status=$?
	sed -n 's/^# expect trace == //p' "$work/out" >"$work/hash"
	return $status
}
echo 1..16

cat >"$work/mix.scx" <<'END'
cgroup add low cpu.weight=50 cpu.max=60000/100000
cgroup add high
spawn hogs@low spin n=3
spawn naps@high bursty n=3 burst=2ms sleep=3ms
hold 300ms
kill hogs
hold 100ms
expect stayed naps in=high
END
cat >"$work/ext.scx" <<'END'
cgroup add low
sched load vtime
spawn hogs@low spin n=3
spawn naps@low bursty n=3 burst=2ms sleep=3ms
hold 200ms
expect sched == vtime
sched unload
END
cat >"$work/crowd.scx" <<'END'
cgroup add low
spawn crowd@low bursty n=64 burst=1ms sleep=9ms
hold 200ms
END
cat >"$work/stall.scx" <<'END'
cgroup add low
spawn lost@low bursty n=4
sched watchdog 2s
sched load stall
expect sched exit == stall within=20s
END
for name in mix ext crowd stall; do
	: >"$work/all"
	failed=0
	case $name in mix | ext) times=$replays ;; *) times=1 ;; esac
	case $name in mix) topology=1n1l2c1t ;; *) topology=1n1l1c1t ;; esac
	for i in $(seq "$times"); do
		[ $((i % 2)) = $((times % 2)) ] && burden
		exactly "$work/$name.scx" || failed=1
		relax
		cat "$work/hash" >>"$work/all"
	done
	result $failed "$name: each exact replay holds"
	[ "$(wc -l <"$work/all")" = "$times" ] && [ "$(sort -u "$work/all" | wc -l)" = 1 ]
	same=$?
	[ $same = 0 ] || cat "$work/all" >>"$work/out"
	[ "$times" = 1 ] && word="its trace is told" || word="$times replays, beside busy loops too, one trace"
	result $same "$name: $word"
	head -n 1 "$work/all" >"$work/$name.hash"
done
[ "$(sort -u "$work"/mix.hash "$work"/ext.hash "$work"/crowd.hash "$work"/stall.hash | wc -l)" = 4 ]
result $? "four scenarios, four traces"
topology=1n1l2c1t

sed 's/hold 300ms/hold 301ms/' "$work/mix.scx" >"$work/other.scx"
exactly "$work/other.scx"
[ -s "$work/hash" ] && ! cmp -s "$work/hash" "$work/mix.hash"
result $? "a scenario that was changed gives another trace"

{ cat "$work/mix.scx"; echo "expect trace == $(cat "$work/mix.hash")"
  echo "expect trace == 0123456789abcdef"; } >"$work/right.scx"
exactly "$work/right.scx" --save "$work/right.session"
status=$?
[ $status = 1 ] && [ "$(grep -c '^ok .*expect trace' "$work/out")" = 1 ]
result $? "a trace that is expected is the same with the expectation in the scenario"
grep -q '^not ok .*expect trace == 0123456789abcdef' "$work/out" && grep -q 'went another way' "$work/out"
result $? "another trace than the expected one fails"
grep -q '"event":"exact"' "$work/right.session" && grep -q '"exact":true' "$work/right.session"
result $? "the session file has the hash, and that it was exact"

{ cat "$work/mix.scx"; echo "pull /proc/version"; } >"$work/pull.scx"
exactly "$work/pull.scx"
[ $? = 2 ] && grep -q "'pull' hands a file over" "$work/out"
result $? "what hands a file over in between is refused"
"$SXP_SCXPLORE" run "$work/mix.scx" --exact --accel kvm >"$work/out" 2>&1
[ $? = 2 ] && grep -q 'only TCG does' "$work/out"
result $? "KVM counts no instructions, and that is said"
"$SXP_SCXPLORE" run "$work/right.scx" --accel tcg >"$work/out" 2>&1
[ $? = 2 ] && grep -q 'the run was not exact' "$work/out"
result $? "a run that is not exact cannot be judged by a trace"
