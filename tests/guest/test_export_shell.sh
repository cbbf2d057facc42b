#!/bin/sh
# A session exported as a shell script: shellcheck finds nothing in it, and it does in a guest what the
# session did. Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state"
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out"; fi
}
echo 1..7
cat >"$work/forms.scx" <<END
cgroup add a cpuset=0
cgroup add e
def hogs@d spin n=2 cpuset=0-1 weight=50
expect tasks hogs == 2
expect tasks @d == 2
spawn mix@e mixed
spawn churn1@e idle-churn n=2
spawn forks@e fork-exit
spawn late@e timer-latency
spawn alu@e alu-hot
step "one"
spawn b@a spin cpus=0 policy=batch nice=5
cgroup add own
cgroup add own/part cpuset=1
cgroup set own/part cpuset.cpus.partition=root
expect file /sys/fs/cgroup/exported/own/part/cpuset.cpus.partition == "root"
cgroup set own/part cpuset.cpus.partition=member
cgroup add dom
cgroup add dom/t type=threaded
move hogs.1 to=dom
move hogs.1 to=dom/t thread=1
expect tasks @dom/t == 1
tasks @dom/t
move hogs.1 to=d
cpuset set a 1
cpuset swap a d
expect file /sys/fs/cgroup/exported/a/cpuset.cpus == "0-1"
cpuset set d 0-1
cpuset clear a
affinity b 0-1
cgroup freeze a
hold until tasks(a) == 1 timeout=60s
cgroup thaw a
signal hogs STOP
hold until nr_running(hogs) == 0 timeout=60s
signal hogs CONT
every 50ms as churn
move hogs.2 to=a
move hogs.2 to=d
end
hold until rounds(churn) > 1 timeout=60s
kill churn
move hogs.2 to=d
cpuset set a 0
hold loop every=50ms until=100ms
cpu offline 1
cpu online 1
irq steer acpi cpus=1
expect file /proc/irq/9/smp_affinity_list == "1"
expect sched == none
run seven@a uid=1000 gid=1000 -- sh -c "exit 7"
wait seven timeout=60s
expect exit seven == 7
expect ran seven within=100s
hold until ran(hogs) > 200ms timeout=60s
expect check starvation hogs
expect check escape hogs
expect check fallback
step
hold until ran(mix) > 10ms timeout=60s
kill @d
kill @e
expect tasks hogs == 0
END
"$SXP_SCXPLORE" do "$work/forms.scx" --include sh --workload-root /exported --save "$work/forms.session" >"$work/out" 2>&1
result $? "the session is recorded"
"$SXP_SCXPLORE" export "$work/forms.session" --to sh -o "$work/forms.sh" >"$work/out" 2>&1
result $? "and exported"
shellcheck "$work/forms.sh" >"$work/out" 2>&1
result $? "shellcheck finds nothing in the script"
cat >"$work/run.scx" <<END
push $work/forms.sh to=/tmp/forms.sh
run script -- sh /tmp/forms.sh
wait script timeout=200s
expect exit script == 0
expect check escape script limit=off
expect output script contains "SKIP a shell does not see it"
expect output script contains "- expect check starvation hogs"
expect output script contains "- expect check escape hogs # SKIP a shell does not see every switch"
END
include=
for tool in sh cat mkdir rmdir sleep id mktemp rm sed sort uniq grep wc find tr taskset chrt nice setpriv; do
	include="$include --include $tool"
done
# shellcheck disable=SC2086
"$SXP_SCXPLORE" do "$work/run.scx" $include >"$work/out" 2>&1
result $? "the script holds in a guest"

cat >"$work/sched.scx" <<END
spawn named spin comm="player one"
sched load fifo
sched dump
sched replace vtime slice_us=5000
expect sched == vtime
sched pin vtime.bss as times
sched eject
expect sched exit == sysrq within=20s
sched load fifo
sched restart
sched unload
expect sched == none
END
"$SXP_SCXPLORE" do "$work/sched.scx" --save "$work/sched.session" >"$work/out" 2>&1 &&
	"$SXP_SCXPLORE" export "$work/sched.session" --to sh -o "$work/sched.sh" >>"$work/out" 2>&1
result $? "a session that changes schedulers is recorded and exported"
shellcheck "$work/sched.sh" >"$work/out" 2>&1
result $? "shellcheck finds nothing in it"
cp "$work/sched.sh" "$work/out"
grep -q "^note 'left out: comm=player one of named: a shell cannot set it'" "$work/sched.sh" &&
	grep -q "^note .*cannot set a scheduler's constants" "$work/sched.sh"
result $? "what a shell cannot set is said where it is left out"
