#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# A matrix in real guests: two schedulers in turns, saved; on two topologies killed and gone on
# with, and in shards that are put together. Needs SXP_SCXPLORE and SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then
		echo "ok $n - $2"
	else
		echo "not ok $n - $2"
		sed 's/^/# /' "$work/out" "$work/err"
	fi
}
# A quick one, on this very machine's terms; what it prints is in out and err.
matrix() { "$SXP_SCXPLORE" matrix "$@" >"$work/out" 2>"$work/err"; }
ask="$work/small.scx --topology 1n1l2c1t,1n2l1c1t --sched none,fifo"
one="$work/small.scx --topology 1n1l2c1t --sched none,fifo"
# TOPOLOGY SCHED repeat warm-up VERDICT, a line a run, in the order of the file
runs() {
	python3 - "$1" <<'END'
import json, sys
with open(sys.argv[1]) as f:
    head, *rest = map(json.loads, f)
assert head["scxplore-matrix"] == 1
for r in rest:
    c = r["cell"]
    print(c["topology"], c["sched"], r["repeat"], "warm-up" if r["warmup"] else "run", r["verdict"])
END
}
# Begins a matrix and returns when it has told this line: pid, its further words on 3.
begin() {
	rm -f "$work/pipe"
	mkfifo "$work/pipe"
	# shellcheck disable=SC2086
	"$SXP_SCXPLORE" matrix $ask --out "$2" >"$work/out" 2>"$work/pipe" &
	pid=$!
	exec 3<"$work/pipe"
	: >"$work/err"
	while read -r line <&3; do
		echo "$line" >>"$work/err"
		case $line in "$1"*) return ;; esac
	done
}
cat >"$work/small.scx" <<'END'
cgroup add box
cgroup add other
step "work"
spawn w@box spin n=2
report w
expect placed w in=box
END
echo 1..17

# shellcheck disable=SC2086
{
	matrix $one --repeat 2 --out "$work/whole"
	result $? "two schedulers on a topology, twice after a warm-up, all hold"
	cat >"$work/want" <<'END'
1n1l2c1t none 1 warm-up pass
1n1l2c1t fifo 1 warm-up pass
1n1l2c1t none 1 run pass
1n1l2c1t fifo 1 run pass
1n1l2c1t fifo 2 run pass
1n1l2c1t none 2 run pass
END
	runs "$work/whole" >"$work/got" 2>"$work/err"
	cmp -s "$work/want" "$work/got"
	result $? "the file has them in the order in which they took turns"
	python3 - "$work/whole" >"$work/out" 2>"$work/err" <<'END'
import json, sys
with open(sys.argv[1]) as f:
    head, *rest = map(json.loads, f)
for turn, r in enumerate(rest, 1):
    c, metrics = r["conditions"], {m["name"]: m for m in r["metrics"]}
    assert r["turn"] == turn and r["exit"] == 0, r
    assert c["accel"] in ("kvm", "tcg") and c["kernel"] and c["clock"] and c["mitigations"] == "off", c
    assert "meltdown: " in c["vulnerabilities"] and "spectre_v2: " in c["vulnerabilities"], c
    assert (c["guest_steal_ms"] is None) == (c["accel"] != "kvm"), c
    assert c["host_cpu"] and all(x >= 0 for x in c["host_load"]) and c["steal_ms"] >= 0, c
    work = metrics["w:work-units"]
    assert len(work["samples"]) == 2 and work["value"] == sum(work["samples"]) >= 0, work
    events = [m for m in metrics if m.startswith("sched:SCX_EV_")]
    assert bool(events) == (r["cell"]["sched"] == "fifo"), events
END
	result $? "each run has its conditions, its workers' numbers, and the counters of its scheduler alone"
	grep -q '^\[6/6\] 1n1l2c1t none .*, run 2: pass' "$work/err" || matrix report "$work/whole"
	result $? "the saved matrix can be reported"
	matrix $one --repeat 2 --resume "$work/whole" && ! grep -q '^\[' "$work/err"
	result $? "a whole file has nothing left to be done"
	matrix $one --repeat 2 --out "$work/whole"
	[ $? = 2 ] && grep -q 'there already' "$work/err"
	result $? "no file is overwritten"

	# killed with no warning when two runs are on the disk, and in the middle of a line
	begin '[2/4]' "$work/killed"
	kill -KILL $pid
	wait $pid 2>/dev/null
	cat <&3 >/dev/null
	have=$(runs "$work/killed" 2>"$work/err" | wc -l)
	[ "$have" -ge 2 ]
	result $? "what was told before a kill is on the disk"
	printf '{"cell":{"scenario":' >>"$work/killed"
	matrix --resume "$work/killed"
	result $? "a killed matrix is gone on with by its file alone"
	grep -q 'last line .* was not whole' "$work/err"
	result $? "a line that was cut off is told"
	[ "$(grep -c '^\[' "$work/err")" = $((4 - have)) ]
	result $? "only what was missing is run"
	runs "$work/killed" | sort >"$work/got"
	printf '%s\n' '1n1l2c1t fifo 1 run pass' '1n1l2c1t none 1 run pass' '1n2l1c1t fifo 1 run pass' \
		'1n2l1c1t none 1 run pass' | cmp -s - "$work/got"
	result $? "and then every run is there once"

	begin '[1/4]' "$work/stopped"
	kill -TERM $pid
	cat <&3 >>"$work/err"
	wait $pid
	status=$?
	[ $status = 2 ] && grep -q 'go on with' "$work/err" && [ "$(runs "$work/stopped" | wc -l)" -ge 1 ]
	result $? "a signal ends it with a word how to go on"

	matrix $ask --shard 1/2 --out "$work/one" && matrix $ask --shard 2/2 --jobs 2 --out "$work/two"
	result $? "two shards run, one of them with two guests at a time"
	matrix merge "$work/two" "$work/one" --out "$work/merged"
	result $? "they are put together"
	runs "$work/merged" | sort | cmp -s - "$work/got"
	result $? "and are the same set of runs as the whole"
	matrix merge "$work/one" "$work/one"
	[ $? = 2 ] && grep -q 'in a file before it' "$work/err"
	result $? "a shard does not count twice"

	sed -i 's/in=box/in=other/' "$work/small.scx"
	matrix "$work/small.scx" --sched none,./no.bpf.o --topology 1n1l2c1t,max-cpu --max-cpus 8 --out "$work/bad"
	[ $? = 1 ] && runs "$work/bad" >"$work/got" && [ "$(grep -c 'skip$' "$work/got")" = 3 ] &&
		grep -q '^1n1l2c1t none 1 run fail$' "$work/got"
	result $? "a cell that fails is the exit status; what cannot be run is skipped with its reason"
}
