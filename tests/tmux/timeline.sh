#!/bin/sh
# The timeline of a real guest in a real terminal: recorded while it is shown, looked back from, exported.
. "$(dirname "$0")/terminal.sh"
pane=road

echo 1..8
t new-session -d -s road -x 100 -y 30 \
	"$started --accel tcg --no-warm --no-checkpoints --save road.session --cast road.cast; echo LEFT WITH \$?; exec sh"
t set-option -g remain-on-exit on
see "EEVDF" 120
line "cgroup add low"
line "spawn hogs@low spin n=2"
see "hogs.2" 60
result $? "two hogs run in a guest"
t send-keys -t road 4
see "TIMELINE" 10 && see "none lost" 60
result $? "while the timeline is shown every switch is recorded, and none is lost"
t send-keys -t road -l '/hogs.1'
t send-keys -t road Enter
see "#=hogs.1" 30
found=$?
# the cell it begins in may be another's for the most part: the next ones are its own
for right in 1 2 3 4 5 6 7 8; do
	see "in /low" 2 && break
	t send-keys -t road Right
done
[ $found = 0 ] && see "in /low" 10
result $? "a task is found and followed, and told in words"
t send-keys -t road '['
see "PAST" 20
result $? "one looks back at the moment after the op before"
t send-keys -t road 1
see "PAST" 10 && see "spawn hogs" 10
result $? "and sees every screen of then"
t send-keys -t road F
see "back to now" 10
result $? "and comes back"
line "export perfetto road.pftrace"
see "wrote road.pftrace" 120 && [ -s "$work/road.pftrace" ]
result $? "the session is exported for Perfetto"
line 'step "more"'
marks() {
	python3 - "$work/road.cast" <<'END'
import json, sys
for line in open(sys.argv[1], encoding="utf-8").read().split("\n")[1:-1]:
    at, kind, text = json.loads(line)
    if kind == "m":
        print(text)
END
}
printf '%s\n' 'op 1: cgroup add low' 'op 2: spawn hogs@low spin n=2' 'step "more"' >"$work/want"
# nothing tells when it has begun, so the film is looked at again
deadline=$(($(date +%s) + 30))
until marks | cmp -s - "$work/want"; do
	[ "$(date +%s)" -lt $deadline ] || break
	timeout 0.2 tmux -S "$socket" wait-for never
done
marks | cmp - "$work/want"
result $? "a film that was made all the while has a marker at each op and step"
