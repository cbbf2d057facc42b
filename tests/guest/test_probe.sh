#!/bin/sh
# A replay that fails by a scheduler's end is run once more with probes on the call chain: what was
# called before it is told, with arguments and the task's fields. Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/err"; fi
}
echo 1..12
# workers that wake each other: nothing but wake-ups choose a CPU, and the last calls are of the last moment
cat >"$work/dies.scx" <<END
sched load error after=300
spawn talk pipe-io n=4
hold until sched.state != enabled timeout=60s
END
"$SXP_SCXPLORE" run "$work/dies.scx" --save "$work/s.session" >"$work/out" 2>"$work/err"
[ $? = 1 ]
result $? "the run's result is that of the first"
grep -q "scheduler 'error' died (error-bpf): the scenario runs once more with probes .*--no-probe" "$work/err"
result $? "it says that it runs once more, and how not to"
grep -q "'error' died again (error-bpf)" "$work/err"
result $? "it died again"
# which they are depends on where it dies: while it wakes a task, or puts one back whose slice has ended
grep -Eq "^  [0-9.]+ cpu[01] .* > [a-z0-9_]+\(" "$work/err"
result $? "functions of the call chain are told"
grep -Eq "> [a-z0-9_]+\((.*, )?p=[^,{]+\[[0-9]+\]\{cpu [01], (no dsq|dsq 0x[0-9a-f]+), slice [0-9]+, vtime [0-9]+, weight [0-9]+\}, [a-z_]+=" "$work/err"
result $? "calls have their arguments by name, tasks their fields"
grep -Eq "^  [0-9.]+ cpu[01] .* < [a-z0-9_]+ " "$work/err"
result $? "and so have returns"
# the scheduler's own callbacks are programs: they have probes of their own
grep -Eq "> error_enqueue\(p=[^,{]+\[[0-9]+\]\{cpu [01], .*\}, enq_flags=(0x)?[0-9a-f]+\)" "$work/err"
result $? "so have the scheduler's callbacks"
grep -Eq "< error_select_cpu = [01]  [^,{]+\[[0-9]+\]\{cpu [01], " "$work/err" &&
	grep -Eq "< error_enqueue  [^,{]+\[[0-9]+\]\{cpu [01], " "$work/err" &&
	! grep -q "no probes on callbacks" "$work/err"
result $? "and at their exit stand what they return and the task's fields"
# the kernel puts every task back afterwards: that must not push out what led to it
grep -q "> scx_bpf_error_bstr(" "$work/err"
result $? "the end itself is among them"
grep -q '"event":"sched-calls"' "$work/s.session.probed" && ! grep -q '"event":"sched-calls"' "$work/s.session"
result $? "the probed run has a session file of its own"
"$SXP_SCXPLORE" export "$work/s.session.probed" --to md --no-verify -o "$work/report.md" 2>"$work/err"
grep -q "The last calls on its call chain, probed" "$work/report.md"
result $? "a bug report of it has them"
"$SXP_SCXPLORE" run "$work/dies.scx" --no-probe >"$work/out" 2>"$work/err"
[ $? = 1 ] && ! grep -q "once more" "$work/err"
result $? "--no-probe leaves it out"
