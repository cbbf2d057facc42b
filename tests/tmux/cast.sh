#!/bin/sh
# A film of the screen: made in a real terminal of a recorded session, played in another one of the same size,
# and the same picture stands there. Argument: a session file.
. "$(dirname "$0")/terminal.sh"
session=$1
pane=film

# What a cast writes to the terminal up to its end.
outputs='
import json, sys
lines = open(sys.argv[1], encoding="utf-8").read().splitlines()
head = json.loads(lines[0])
assert head["version"] == 2 and (head["width"], head["height"]) == (100, 30), head
events = [json.loads(line) for line in lines[1:]]
assert all(len(e) == 3 and e[1] in "orm" for e in events)
assert [e[0] for e in events] == sorted(e[0] for e in events)
if sys.argv[2] == "resizes":
    print(" ".join(e[2] for e in events if e[1] == "r"))
else:
    sys.stdout.write("".join(e[2] for e in events if e[1] == "o"))
'

echo 1..4
cp "$session" "$work/a.session"
t new-session -d -s film -x 100 -y 30 "$started a.session --cast a.cast; exec sh"
t set-option -g remain-on-exit on
see "1Lab" 30 && key 2 && see "CGROUP" 10 && key 3 && see "DSQS" 10
key 1 && see "STEPS" 10
# the screen is drawn at once after a key; what stands there then is what the film ends with
screen >"$work/want"
[ -s "$work/a.cast" ]
result $? "a film is made while one looks at a session"
python3 -c "$outputs" "$work/a.cast" outputs >"$work/played"
result $? "its file is an asciinema cast of version 2"
t new-session -d -s player -x 100 -y 30 "stty -opost; cat $work/played; cat"
t set-option -g status off
pane=player
see "1Lab" 10
screen >"$work/seen"
cmp -s "$work/want" "$work/seen"
same=$?
[ $same = 0 ] || diff "$work/want" "$work/seen" | sed 's/^/# /'
result $same "played in another terminal it is the same picture"
pane=film
t resize-window -t film -x 80 -y 24
see "1Lab" 10
deadline=$(($(date +%s) + 20))
until python3 -c "$outputs" "$work/a.cast" resizes 2>/dev/null | grep -q 80x24; do
	[ "$(date +%s)" -lt $deadline ] || break
	timeout 0.2 tmux -S "$socket" wait-for never
done
python3 -c "$outputs" "$work/a.cast" resizes | grep -q 80x24
result $? "a change of size is in it"
