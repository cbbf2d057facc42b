#!/bin/sh
# Two guests side by side, in a real terminal: one scenario under two schedulers, step by step together.
. "$(dirname "$0")/terminal.sh"
pane=two

cat >"$work/steps.scx" <<'S'
step "alone"
cgroup add low
spawn hogs@low spin n=2
hold until units(hogs) > 0 timeout=120s
step "together"
cgroup add chat
spawn talk@chat pipe-io n=2
hold until units(talk) > 0 timeout=120s
S

echo 1..7
"$SXP_SCXPLORE" compare "$work/steps.scx" --sched vtime 2>"$work/said"
[ $? = 2 ] && grep -q "two words, one for each side" "$work/said"
result $? "one scheduler is too few"
t new-session -d -s two -x 120 -y 40 \
	"$started compare steps.scx --sched vtime,fifo --accel tcg --no-warm; echo LEFT WITH \$?; exec sh"
t set-option -g remain-on-exit on
see "A vtime-" 60 && see "B fifo-" 60
result $? "both have their place before they are up"
see "hold until units(talk)" 300 && see_like "^scheduler .*vtime .*fifo differs" 120
result $? "both carry the scenario out, each under its scheduler"
line "cgroup add typed"
see_like "cgroup add typed.*+ ok.*=.*cgroup add typed.*+ ok" 120
result $? "what is typed goes to both"
key u
see "two guests run side by side" 30
result $? "neither goes back alone"
key q
see "q again ends" 30 && key q
see "the second one is in" 120 && see "LEFT WITH 0" 30
result $? "both end, and leave a session each"
a=$(ls "$work"/.local/state/scxplore/sessions/vtime-*.session)
b=$(ls "$work"/.local/state/scxplore/sessions/fifo-*.session)
"$SXP_SCXPLORE" compare "$a" "$b" --text >"$work/table" && grep -q "^scheduler .*vtime.*fifo" "$work/table"
result $? "the two sessions can be compared afterwards"
