#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# Schedulers in a real guest: every built-in one runs work and is changed under load, every broken
# one ends in its own way, and the session goes on. Needs SXP_SCXPLORE, SXP_AGENT, OBJECTS and
# SOURCES (folders of the built-in ones), LOAD_SCHED; SCHED_KERNEL chooses a kernel.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out"; fi
}
kernel=${SCHED_KERNEL:+--kernel $SCHED_KERNEL}
# shellcheck disable=SC2086
run() {
	file=$1
	shift
	"$SXP_SCXPLORE" do "$work/$file" $kernel "$@" >"$work/out" 2>&1
}
# by its log: expect lines that are not in the output fail
says() { grep -Eq -- "$1" "$work/out"; }
echo 1..22

{
	echo "cgroup add a"
	echo "spawn hogs@a spin n=3"
	echo "spawn naps bursty n=2"
	for s in fifo vtime llc cgweight central; do
		echo "sched replace $s slice_us=10000"
		echo "run in-$s@a -- sh -c 'echo ran'"
		echo "wait in-$s timeout=30s"
		echo "expect sched == $s"
		echo "expect exit in-$s == 0"
		echo "expect output in-$s contains ran"
	done
	echo "sched dump"
	echo "sched eject"
	echo "expect sched exit == sysrq"
	echo "expect sched == none"
	echo "sched restart"
	echo "expect sched == central"
	echo "sched unload"
	echo "expect sched exit == unreg"
	echo "expect sched == none"
} >"$work/good.scx"
run good.scx --topology 1n2l2c1t --include sh --save "$work/good.session"
result $? "each built-in scheduler runs work, and is changed, ejected, restarted, taken back under load"
says "\+ done +sched dump: [0-9]+ lines"
result $? "the dump is recorded"
grep -q '"sched-dump"' "$work/good.session" && ! says "lines are missing, [1-9]"
result $? "and stands in the session file"
grep -q '"scx":.*"SCX_EV_SELECT_CPU_FALLBACK",[0-9]' "$work/good.session"
result $? "the kernel's counters are in the samples"

cat >"$work/broken.scx" <<'END'
cgroup add low cpuset.cpus=0
cgroup add hungry
sched load error after=200
spawn w bursty n=2
expect sched exit == error-bpf within=30s
kill w
sched load quit after=200
spawn q bursty n=2
expect sched exit == unreg-bpf within=30s
kill q
sched load badcpu
spawn bound@low bursty n=1
expect sched exit == error within=30s
kill bound
sched load leakdsq
spawn leak bursty n=1
expect sched exit == stall within=60s
kill leak
sched load starve cgroup_id=@hungry
spawn starved@hungry spin n=1
expect sched exit == stall within=60s
kill starved
sched load stall
spawn lost spin n=1
expect sched exit == stall within=60s
kill lost
sched load handoff
spawn urgent timer-latency n=1 interval=100us policy=fifo:10 cpus=0
spawn hands pipe-io n=2 burst=16 cpus=0
expect sched exit == stall within=60s
kill urgent
sched load fifo
run after -- sh -c 'echo still here'
wait after timeout=30s
expect output after contains "still here"
END
run broken.scx --include sh --watchdog 3s
result $? "each broken scheduler ends in its own way, and the session goes on"
says "error ended: error-bpf .*gave up after 200 enqueues; the op before: spawn w"
result $? "an error carries its message and the op before it"
says "dump +of sched_ext is recorded, 0 lines are missing"
result $? "what a dead scheduler leaves is its whole dump"

printf 'sched load error after=50\nspawn w bursty n=2\nhold 3s\n' >"$work/dies.scx"
run dies.scx
[ $? = 1 ] && says "the scheduler was not the one that ran to the end: 'error' ended"
result $? "a scenario fails when its scheduler did not last"

printf 'sched load fifo\nexpect sched == vtime\nexpect sched exit == stall\n' >"$work/wrong.scx"
run wrong.scx
[ $? = 1 ] && says "expected 'vtime', 'fifo' is in force" && says "still in force after"
result $? "expectations that do not hold fail with what was seen"

printf 'sched load %s slice_us=5000\nexpect sched == fifo\nsched unload\n' "$OBJECTS/fifo.bpf.o" >"$work/path.scx"
run path.scx
result $? "an object of the person's is taken along and loaded by its path"

sed 's/"fifo"/"mine"/' "$SOURCES/fifo.bpf.c" >"$work/mine.bpf.c"
printf 'sched load %s\nexpect sched == mine\nsched unload\n' "$work/mine.bpf.c" >"$work/source.scx"
run source.scx --save "$work/source.session"
result $? "a source is compiled, taken along and loaded"
"$SXP_SCXPLORE" run "$work/source.session" >"$work/out" 2>&1 &&
	says "^ok .* - sched: the scheduler that was named is the one that ran"
result $? "and again when the session is replayed, which has a verdict on it"
sed 's/"mine"/"other"/' "$work/mine.bpf.c" >"$work/other.bpf.c" && mv "$work/other.bpf.c" "$work/mine.bpf.c"
! "$SXP_SCXPLORE" run "$work/source.session" >"$work/out" 2>&1 && says "expected 'mine', 'other' is in force"
result $? "a replay takes the source as it is now"

# one that is newer than any kernel
mkdir -p "$work/newer/sched"
cp "$SOURCES/../ktypes.h" "$work/newer/"
sed 's/^	__s32 (\*init)(void);/&\n	void (*not_yet)(struct task_struct *p);\n	__u64 number;/' "$SOURCES/scx.h" >"$work/newer/sched/scx.h"
sed -e 's/\.name = "fifo"/.not_yet = (void *)fifo_not_yet,\n	.number = 5,\n	.name = "newer"/' \
	-e 's/^SEC(".struct_ops.link")/SEC("struct_ops\/fifo_not_yet")\nvoid BPF_PROG(fifo_not_yet, struct task_struct *p)\n{\n}\n\n&/' \
	"$SOURCES/fifo.bpf.c" >"$work/newer/sched/newer.bpf.c"
printf 'sched load %s\nexpect sched == newer\n' "$work/newer/sched/newer.bpf.c" >"$work/newer.scx"
run newer.scx && says "sched_ext_ops has no not_yet number: left out"
result $? "members that this kernel lacks are left out and named"

# the verifier takes it, and it is known only when the one before it has gone
sed -e 's/return scx_bpf_create_dsq.*/return -22;/' -e 's/"fifo"/"noinit"/' "$SOURCES/fifo.bpf.c" >"$work/noinit.bpf.c"
printf 'sched load vtime\nsched replace %s\nexpect sched == none\n' "$work/noinit.bpf.c" >"$work/noinit.scx"
! run noinit.scx && says "failed .*ops.init\\(\\) failed \\(-22\\); 'vtime' was taken back for it: the kernel's own goes on" &&
	says "pass +expect sched == none"
result $? "one whose init fails says what remains: the one before it is gone"

printf '#include "scx.h"\nint x = nonsense;\n' >"$work/bad.bpf.c"
# what the verifier says before it comes to the fault is more than any log keeps
sed 's/^	scx_insert(p, SHARED, enq_flags);/	__u64 x = bpf_ktime_get_ns();\n	int i;\n\n	for (i = 0; i < 400; i++)\n		x = x * 33 + (x >> 7);\n	enq_flags |= *(volatile __u64 *)(unsigned long)x;\n&/' \
	"$SOURCES/fifo.bpf.c" >"$work/long.bpf.c"
printf 'sched load %s\nsched load %s\nexpect sched == none\n' "$work/bad.bpf.c" "$work/long.bpf.c" >"$work/bad.scx"
! run bad.scx && says "bad.bpf.c:2:9: error: use of undeclared identifier 'nonsense'"
result $? "a source that does not compile is told by its line"
says "failed .*long.bpf.c: this kernel does not take scheduler .*invalid mem access 'scalar'" && says "pass +expect sched == none"
result $? "of what the verifier says the end is told, which has the fault"

printf 'sched load %s -- /include-files/vtime.bpf.o\nexpect sched == vtime\nsched restart\nexpect sched == vtime\nsched unload\nexpect sched exit == unreg\nexpect sched == none\n' "$LOAD_SCHED" >"$work/program.scx"
run program.scx --include "$OBJECTS/vtime.bpf.o"
result $? "a program that loads a scheduler is taken along, run, restarted and taken back"

printf 'sched load %s nothing=1\n' "$OBJECTS/fifo.bpf.o" >"$work/const.scx"
run const.scx
[ $? = 1 ] && says "has no constant 'nothing'"
result $? "a constant that is not there is refused"

printf 'sched load /include-files/sh timeout=60s -- -c true\n' >"$work/daemon.scx"
run daemon.scx --include sh
[ $? = 1 ] && says "ended without having put a scheduler in force"
result $? "a program that loads no scheduler fails the op"

# it does not hear SIGINT, by which it is asked to go
cat >"$work/deaf.scx" <<'END'
sched load /include-files/sh -- -c "trap '' INT; exec load_sched /include-files/vtime.bpf.o"
expect sched == vtime
sched unload timeout=2s
hold until sched.state == disabled timeout=60s
expect sched == none
END
run deaf.scx --include sh --include "$LOAD_SCHED" --include "$OBJECTS/vtime.bpf.o"
says "failed .*scheduler 'vtime' has not gone after 2.*give it more with timeout="
result $? "a scheduler that does not go when it is asked to fails the op after its time"
says "done +hold until sched.state == disabled" && says "pass +expect sched == none"
result $? "and is killed: the kernel's own goes on"
