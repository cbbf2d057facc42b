#!/bin/sh
# The machine around the guest: topology as asked, options refused with reasons, the accelerator's
# fall-back and its memory, files that come along, and nothing left behind whatever ends the program.
# Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernels=${XDG_CACHE_HOME:-$HOME/.cache}/scxplore/kernels
mkdir -p "$work/cache/scxplore"
ln -s "$kernels" "$work/cache/scxplore/kernels"
export XDG_CACHE_HOME="$work/cache"
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out"; fi
}
program() { "$SXP_SCXPLORE" "$@" >"$work/out" 2>&1; }
# the guest's own words about itself: one line a file
look='cd /sys/devices/system; grep . cpu/cpu*/topology/thread_siblings_list cpu/cpu*/cache/index3/shared_cpu_list node/node*/cpulist'
topology() { # NnNlNcNt, CPU, siblings, LLC, node, its CPUs
	printf 'run t -- sh -c "%s"\nwait t timeout=60s\n' "$look" | program do --topology "$1" --include sh --include grep --accel tcg
	grep -q "cpu/cpu$2/topology/thread_siblings_list:$3\$" "$work/out" &&
		grep -q "cpu/cpu$2/cache/index3/shared_cpu_list:$4\$" "$work/out" &&
		grep -q "node/$5/cpulist:$6\$" "$work/out"
}

echo 1..18
topology 1n1l2c1t 1 1 0-1 node0 0-1
result $? "1n1l2c1t: two cores share the one LLC"
topology 1n2l2c1t 3 3 2-3 node0 0-3
result $? "1n2l2c1t: each LLC is shared by its own cores only"
topology 2n4l1c2t 6 6-7 6-7 node1 4-7
result $? "2n4l1c2t: SMT siblings, LLCs and nodes are as asked"

program do /dev/null --topology 2n3l1c1t
[ $? = 2 ] && grep -q 'multiple of nodes' "$work/out"
result $? "LLCs that do not divide over the nodes are refused"
program do /dev/null --topology 1n1l8c1t --memory 256
[ $? = 2 ] && grep -q -- '--memory 512' "$work/out"
result $? "too little memory is refused with what is needed"
printf 'cgroup add a\nhold 10ms\nhold 25%%\n' | program do
[ $? = 2 ] && grep -q "'hold 25%': .*give it with --duration" "$work/out" && ! grep -q boot "$work/out"
result $? "a hold that makes no sense is refused before anything runs"
program do /dev/null --kernel 1.2.3-none
[ $? = 2 ] && grep -q 'kernel fetch' "$work/out"
result $? "an unknown kernel is refused with how to get one"
program do /dev/null --include no-such-program
[ $? = 2 ] && grep -q "no such program in PATH" "$work/out"
result $? "an included program that is not there is named"
mkdir "$work/a" "$work/b" && echo one >"$work/a/data" && echo two >"$work/b/data"
program do /dev/null --include "$work/a/data" --include "$work/b/data"
[ $? = 2 ] && grep -q "$work/a/data" "$work/out" && grep -q "$work/b/data" "$work/out"
result $? "two files for one place are both named"

printf '#!/bin/sh\necho script ran\n' >"$work/script" && chmod +x "$work/script"
mkdir "$work/tree" && echo inside >"$work/tree/file"
printf 'run s -- script\nwait s timeout=60s\nexpect output s contains "script ran"\nread %s/tree/file\n' "$work" |
	program do --include "$work/script" --include "$work/tree" --accel tcg
[ $? = 0 ] && grep -q inside "$work/out"
result $? "a script brings its interpreter, a folder its files"

if [ -w /dev/kvm ]; then
	program do /dev/null && grep -qE 'accel +(kvm|tcg)' "$work/out"
	result $? "auto boots whether KVM works here or not, and says which it is"
	program do /dev/null && { ! grep -q 'accel.*tcg' "$work/out" || grep -q 'found earlier' "$work/out"; }
	result $? "what was found out about KVM is remembered"
else
	program do /dev/null && grep -q 'no KVM here' "$work/out"
	result $? "auto takes TCG where there is no KVM, and says so"
	program do /dev/null --accel kvm
	[ $? = 2 ] && grep -q '/dev/kvm' "$work/out"
	result $? "KVM asked for where there is none is refused"
fi

program do /dev/null --accel tcg --append "rdinit=/nothing init=/nothing"
[ $? = 2 ] && grep -q "console's last lines" "$work/out" && grep -q 'trying once more' "$work/out" && grep -q 'try --accel' "$work/out"
result $? "a boot that fails is tried once more, then told with the console's tail and advice"

# Whatever ends the program: no QEMU with our mark is left, and no file in its folders.
guests() { ps -eo args | grep -c "[m]ark-of-test-$$"; }
for signal in INT TERM HUP KILL; do
	mkdir -p "$work/tmp"
	(cd "$work/tmp" && echo 'hold 100s' | TMPDIR="$work/tmp" exec "$SXP_SCXPLORE" do --accel tcg --append "mark-of-test-$$" >"$work/out" 2>&1) &
	pid=$!
	tries=0
	until grep -q 'ready' "$work/out" || [ $tries -gt 600 ]; do
		tries=$((tries + 1))
		timeout 0.1 tail --pid=$pid -f /dev/null
	done
	kill -$signal "$(pgrep -P $pid || echo $pid)" 2>/dev/null || kill -$signal $pid
	wait $pid 2>/dev/null
	tries=0
	while [ "$(guests)" != 0 ] && [ $tries -lt 50 ]; do
		tries=$((tries + 1))
		timeout 0.1 tail -f /dev/null
	done
	[ "$(guests)" = 0 ] && [ -z "$(ls -A "$work/tmp")" ]
	result $? "SIG$signal leaves no machine and no file behind"
done
program do /dev/null --accel tcg
result $? "and the next guest boots"
