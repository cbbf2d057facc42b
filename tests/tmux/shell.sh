#!/bin/sh
# The guest's shell in a real terminal: as a pane of the screen, and as a command of its own.
# Keys go through tmux; every wait is for a text on the screen, with a deadline.
. "$(dirname "$0")/terminal.sh"

echo 1..16
pane=lab
t new-session -d -s lab -x 100 -y 30 "$started --no-warm --no-checkpoints --save lab.session; echo LEFT WITH \$?; exec sh"
see "EEVDF" 90
result $? "the guest comes up"
type ':cgroup add low'
key Enter
see "added /scxplore/low" 30
type ':shell low'
key Enter
see "SHELL in low" 30 && see "guest:" 30
result $? "a shell is opened in a cgroup of the workload"
# shellcheck disable=SC2016
type 'echo $((6*7))'
key Enter
see "42" 30
result $? "what is typed in it is answered"
type '/shell-tools/cat /proc/self/cgroup'
key Enter
see "0::/scxplore/low" 30
result $? "it runs where it was asked to"
t resize-window -t lab -x 80 -y 24
type 'stty size'
key Enter
see "19 80" 10 || see "20 80" 10 # one more where no line of trouble stands above
result $? "it follows the size of the window"
type 'yes'
key Enter
see "y" 30
key C-]
see "TASKS" 30 && see "yes[" 30 && see "shell" 10 && see "drops 0" 1
result $? "the lab goes on beside one that never stops to write, without a sample less"
type ':run probe@low -- /init'
key Enter
see "exit" 30
result $? "ops are still carried out"
type '0'
see "SHELL in low" 30
key C-c
type 'exit 5'
key Enter
see "SHELL ended with 5" 30
result $? "Ctrl-C and exit are the shell's, and its exit code is shown"
key 1
key q q
see "LEFT WITH 0" 30
result $? "the session is left as always"
grep -q '"event":"shell"' "$work/lab.session" && grep -q '"event":"shell-end"' "$work/lab.session"
result $? "the session file says that there was a shell"
grep -q '"event":"not-by-an-op".*(cat) was started in the shell' "$work/lab.session"
result $? "and what was started in it"

pane=alone
t new-session -d -s alone -x 90 -y 20 \
	"stty -a >$work/before; $started shell; echo LEFT WITH \$?; stty -a >$work/after; exec sh"
see "guest:" 90
type 'stty size'
key Enter
see "20 90" 30
result $? "scxplore shell is a terminal of the same size"
type 'exit 6'
key Enter
see "LEFT WITH 6" 30
result $? "its exit code is passed on"
cmp "$work/before" "$work/after"
result $? "the terminal is as it was before"
t respawn-pane -k -t alone "$started shell; echo LEFT WITH \$?; stty -a >$work/after; exec sh"
see "guest:" 90
type 'echo c >/proc/sysrq-trigger'
key Enter
see "kernel has panicked" 30 && see "LEFT WITH 2" 30 && cmp "$work/before" "$work/after"
result $? "a guest that dies is told, and the terminal is given back"
t respawn-pane -k -t alone "$started shell; echo LEFT WITH \$?; stty -a >$work/after; exec sh"
see "guest:" 90
key C-]
see "LEFT WITH 0" 30 && cmp "$work/before" "$work/after"
result $? "^] leaves at once"
