#!/bin/sh
# Back and on again, in a real terminal: u undoes the last op, U does it again, a panic is gone back from.
. "$(dirname "$0")/terminal.sh"
pane=back

echo 1..6
t new-session -d -s back -x 110 -y 40 \
	"$started --accel tcg --no-warm --include sh --save a.session; echo LEFT WITH \$?; exec sh"
t set-option -g remain-on-exit on
see "CURR" 120
result $? "the guest comes up"
line "cgroup add low"
see "added /scxplore/low" 30 && line "spawn hogs@low spin n=2" && see "hogs.2" 30
result $? "workers run"
key u
see "back at checkpoint" 60 && see "ops 1" 10 && see "a.2.session" 10 && ! screen | grep -q 'hogs.2'
result $? "u takes them back, and the session goes on in a branch"
key U
see "a.3.session" 60 && see "hogs.2" 10
result $? "U brings them again"
line 'run boom -- sh -c "echo c > /proc/sysrq-trigger"'
see "has panicked" 60
result $? "the kernel panics"
key u
see "a.4.session" 60 && line "spawn more@low spin n=1" && see "more.1" 30
result $? "u leads back from there, and the guest goes on"
