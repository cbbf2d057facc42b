#!/bin/sh
# The whole road as a person walks it, in a real terminal: boot, compose, watch, export, compile, run.
# Keys go through tmux; every wait is for a text on the screen, with a deadline.
. "$(dirname "$0")/terminal.sh"
pane=road

echo 1..16
t new-session -d -s road -x 100 -y 30 \
	"$started --workload-root /road --include sh --include cat --no-warm --save road.session; echo LEFT WITH \$?; exec sh"
t set-option -g remain-on-exit on
see BOOT 20
result $? "the boot is shown in stages"
see "EEVDF" 90
result $? "the guest comes up"
line "cgroup add cg_dst"
see "added /road/cg_dst" 30
result $? "a cgroup is added by typing an op"
line 'run probe@cg_dst -- sh -c "cat /proc/self/cgroup"'
see "placed" 30 && see "probe: 0::/road/cg_dst" 30
result $? "a shell runs in it and its output shows where it is"
line "spawn hogs@cg_dst spin n=2"
see "hogs.2" 30
result $? "workers show up in the tree with their names"
t send-keys -t road ':'
t send-keys -t road -l 'kill ho'
t send-keys -t road Tab
see ":kill hogs" 10
result $? "Tab completes the name of a group"
t send-keys -t road Escape
line "cgroup add cg_dst"
see "exists already" 10
result $? "an error is shown and names the argument"
line "wait probe"
line "expect placed probe in=cg_dst"
see "pass" 30
result $? "an expectation is judged on the screen"
line "hold 60s"
see "running" 20
t send-keys -t road C-c
see "cut" 20
result $? "Ctrl-C cuts a hold short and the session goes on"
line 'run long@cg_dst -- sh -c "while :; do :; done"'
see "long.1" 30
line "wait long"
see "wait long" 20 && see "running" 20
t send-keys -t road C-c
see "cut short after" 20 && see "of 'long' still live" 5
result $? "Ctrl-C cancels a wait for a payload that does not end, and says that it goes on"
line "kill long"
see "kill long: 1 task killed" 30
result $? "and the session goes on"
good=0
for size in "40 12" "20 5" "200 60" "80 24"; do
	# shellcheck disable=SC2086
	t resize-window -t road -x ${size% *} -y ${size#* }
	see "REC" 10 || good=1
done
result $good "the screen survives 40x12, 20x5, 200x60 and 80x24"
line "export c road.c"
see "wrote road.c" 120
[ -s "$work/road.c" ]
result $? "the session is exported from the screen"
t send-keys -t road q q
see "LEFT WITH 0" 30
result $? "q q tears down, powers off and gives the terminal back"
# shellcheck disable=SC2086
$CC -Wall -Wextra -Werror $CFLAGS -o "$work/road" "$work/road.c" $LIBS
result $? "the exported test compiles"
(cd "$work" && XDG_STATE_HOME="$work/state" ./road >"$work/out" 2>&1)
result $? "the exported test passes in a guest of its own"
