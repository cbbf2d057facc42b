#!/bin/sh
# A lost terminal, really lost: the server of the terminals is killed; the session goes on in another one.
. "$(dirname "$0")/terminal.sh"
pane=resume

# Waits until a file is there (yes) or is not (no).
file() { # yes|no, name, seconds
	deadline=$(($(date +%s) + $3))
	until { [ -e "$work/$2" ] && [ "$1" = yes ]; } || { [ ! -e "$work/$2" ] && [ "$1" = no ]; }; do
		[ "$(date +%s)" -lt "$deadline" ] || return 1
		timeout 0.2 tail -f /dev/null
	done
	return 0
}

echo 1..7
t new-session -d -s resume -x 110 -y 40 \
	"$started --accel tcg --no-warm --save a.session; echo LEFT WITH \$?; exec sh"
t set-option -g remain-on-exit on
see "CURR" 120
result $? "the guest comes up"
line "cgroup add low"
see "added /scxplore/low" 60 && line "spawn hogs@low spin n=2" && see "hogs.2" 60
result $? "workers run"
t kill-server
file yes a.session.guest 120
result $? "the server of the terminals is killed: a checkpoint is saved"
t new-session -d -s resume -x 110 -y 40 \
	"$started a.session --resume --accel tcg; echo LEFT WITH \$?; exec sh"
t set-option -g remain-on-exit on
see "lost terminal" 120 && see "hogs.2" 60 && see "ops 2" 10
result $? "another terminal goes on with it"
line "kill hogs"
see "2 tasks killed" 60
result $? "and the guest does what it is told"
file no a.session.guest 10 && t send-keys -t resume q q && see "LEFT WITH 0" 60 && grep -q '"op":"kill hogs"' "$work/a.session"
result $? "in the same session file; the checkpoint is gone"
size=$(wc -c <"$work/a.session")
type "clear; $started a.session --resume"
key Enter
see "there is no checkpoint" 30 && [ "$(wc -c <"$work/a.session")" = "$size" ]
result $? "where there is none it says so, and the file is as it was"
