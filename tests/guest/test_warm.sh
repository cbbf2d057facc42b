#!/bin/sh
# Warm starts: the first boot leaves a copy of the ready guest, the next ones begin from it and are as
# good as booted; a copy that is damaged, stale or of no use is noticed, said, and the guest boots.
# Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
kernels=${XDG_CACHE_HOME:-$HOME/.cache}/scxplore/kernels
mkdir -p "$work/cache/scxplore"
ln -s "$kernels" "$work/cache/scxplore/kernels"
export XDG_CACHE_HOME="$work/cache"
store=$work/cache/scxplore/warm
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out" | cut -c1-300; fi
}
cat >"$work/look.scx" <<'END'
cgroup add low
run who@low -- sh -c "read c < /proc/self/cgroup; read b < /proc/sys/kernel/random/boot_id; read u < /proc/sys/kernel/random/uuid; echo is=$c=$b=$u"
wait who timeout=60s
run now -- date +time=%s
wait now timeout=60s
expect placed who in=low
expect output who contains "is=0::/scxplore/low="
END
start() { # NAME [OPTIONS]: 0 = it ran and everything held
	name=$1
	shift
	rm -f "$work/$name.session"
	"$SXP_SCXPLORE" run "$work/look.scx" --accel tcg --save "$work/$name.session" "$@" >"$work/out" 2>&1
	status=$?
	cat "$work/$name.session" >>"$work/out"
	[ $status = 0 ] && grep -q 'is=0::/scxplore/low=' "$work/$name.session"
}
said() { grep -q "$2" "$work/$1.session"; }
word() { sed -n "s/.*is=0::[^=]*=\([^=]*\)=\([0-9a-f-]*\).*/\\$2/p" "$work/$1.session" | head -n 1; }
warm() { said "$1" '"warm start: '; }
# within two seconds of this machine's time while it ran
right_time() {
	t=$(sed -n 's/.*time=\([0-9][0-9]*\).*/\1/p' "$work/$1.session" | head -n 1)
	[ -n "$t" ] && [ "$t" -ge $(($2 - 2)) ] && [ "$t" -le $(($3 + 2)) ]
}
saved() { ls "$store"/*.guest 2>/dev/null | wc -l; }

echo 1..16
start first --warm && ! warm first && said first 'a guest for warm starts is saved' && [ "$(saved)" = 1 ]
result $? "the first start boots, goes on, and leaves one copy"
began=$(date +%s)
start second --warm && warm second && ! said second '"name":"linux"'
result $? "the second begins from it: its agent answers, a payload runs in its cgroup"
right_time second "$began" "$(date +%s)"
result $? "its clock is that of this machine"
# the guest's own time goes on from the copy, and the kernel has not waited for what it slept through
sleep 3
began=$(date +%s)
start third --warm && warm third
result $? "so does the third"
right_time third "$began" "$(date +%s)"
result $? "its clock is right, too"
[ -n "$(word second 1)" ] && [ -n "$(word third 1)" ] && [ "$(word second 1)" != "$(word third 1)" ]
result $? "each has a boot id of its own"
[ -n "$(word second 2)" ] && [ -n "$(word third 2)" ] && [ "$(word second 2)" != "$(word third 2)" ]
result $? "and random numbers of its own"

start booted --no-warm && ! warm booted
result $? "--no-warm boots"
start plain && ! warm plain
result $? "a run that says nothing of it boots"

"$SXP_SCXPLORE" cache list >"$work/out" 2>&1 && grep -q '1n1l2c1t 512 MiB' "$work/out" && grep -q '^1 saved guest,' "$work/out"
result $? "the cache is listed"

file=$(ls "$store"/*.guest)
printf 'x' | dd of="$file" bs=1 seek=$(($(stat -c %s "$file") / 2)) conv=notrunc 2>/dev/null
start damaged --warm && ! warm damaged && said damaged 'its pages are damaged' && said damaged 'a guest for warm starts is saved'
result $? "one whose pages are damaged is noticed and said, the guest boots and leaves a whole one"
truncate -s -5000 "$file"
start cut --warm && ! warm cut && said cut 'not as long as it says'
result $? "one that was cut, too"
# whole by every sum, and of no use: its devices are no devices
if python3 - "$file" <<'END'
import struct, sys
M = (1 << 64) - 1
P1, P2 = 0x9e3779b185ebca87, 0xc2b2ae3d27d4eb4f
rot = lambda x, n: (x << n | x >> (64 - n)) & M
def checksum(d):
    lane, n = [(P1 + P2) & M, P2, 0, -P1 & M], len(d)
    d = d + bytes(-n % 32)
    for at in range(0, len(d), 32):
        for i, w in enumerate(struct.unpack_from("<4Q", d, at)):
            lane[i] = rot((lane[i] + w * P2) & M, 31) * P1 & M
    s = n
    for l in lane:
        s = (rot(s ^ l, 27) + P2) * P1 & M
    return s ^ s >> 32
with open(sys.argv[1], "r+b") as f:
    fixed = bytearray(f.read(64))
    size, = struct.unpack_from("<I", fixed, 12)
    head = bytearray(f.read(size))
    assert checksum(bytes(head)) == struct.unpack_from("<Q", fixed, 16)[0]
    at = head.index(b"QEVM")
    head[at:at + 400] = bytes(400)
    struct.pack_into("<Q", fixed, 16, checksum(bytes(head)))
    f.seek(0)
    f.write(fixed + head)
END
then start useless --warm && ! warm useless && said useless 'no warm start, the saved guest is removed'; else false; fi
result $? "one that QEMU refuses, too"

start other --warm --memory 384 && ! warm other && [ "$(saved)" = 2 ]
result $? "another guest is another copy"
SXP_WARM_BOUND=10 start bound --warm --memory 320 && said bound 'could not be saved' && [ "$(saved)" = 2 ]
result $? "without room the session goes on, and it is told why"
"$SXP_SCXPLORE" cache clean >"$work/out" 2>&1 && [ "$(saved)" = 0 ] && grep -q '^2 removed' "$work/out"
result $? "and it is cleaned"
