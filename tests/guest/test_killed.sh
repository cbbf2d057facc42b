#!/bin/sh
# The program killed in the middle of a file's way in or out: what was recorded can be opened and
# replayed, and no draft of the file and no emulator is left. Needs SXP_SCXPLORE, SXP_AGENT.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/tmp" "$work/state" "$work/out"
export TMPDIR="$work/tmp" XDG_RUNTIME_DIR="$work/tmp" XDG_STATE_HOME="$work/state"
n=0
result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/err"; find "$work/" | sed 's/^/# /'; fi
}
echo 1..9

# Killed at the first word, after half a second, of how far the file is; the emulator that was its child goes with it.
killed() { # SCENARIO SESSION PATH
	rm -f "$work/events"
	mkfifo "$work/events"
	"$SXP_SCXPLORE" "do" "$1" --json --save "$2" --memory 1024 >"$work/events" 2>"$work/err" &
	pid=$!
	emulator=
	while read -r line; do
		case $line in
		*'"event":"progress"'*"\"path\":\"$3\""*)
			emulator=$(cat "/proc/$pid/task/$pid/children")
			kill -KILL $pid
			break ;;
		esac
	done <"$work/events"
	wait $pid 2>/dev/null
	[ $? = 137 ] && [ -n "$emulator" ]
}
# Nobody waits for it any more: it is gone, or about to be taken away.
gone() {
	for p in $emulator; do
		while [ -e "/proc/$p" ] && ! grep -q '^State:.[ZX]' "/proc/$p/status" 2>/dev/null; do :; done
	done
}
# What was under way has no end, and is told.
opened() { # SESSION OP
	"$SXP_SCXPLORE" export "$1" --to json --no-verify -o "$work/out.json" >"$work/err" 2>&1 &&
		rm "$work/out.json" && grep -q "op [0-9]* '$2.* was never finished and is left out" "$work/err"
}

truncate -s 96M "$work/large"
echo "push $work/large to=/tmp/large" >"$work/push.scx"
killed "$work/push.scx" "$work/push.session" "$work/large"
result $? "killed while a file goes in"
gone
result $? "the emulator ends with it"
opened "$work/push.session" "push $work/large"
result $? "its session can be opened, and names what was under way"
"$SXP_SCXPLORE" run "$work/push.session" --memory 1024 >"$work/err" 2>&1
result $? "and replayed to its end"

{ cat "$work/push.scx" && echo "pull /tmp/large to=$work/out/large"; } >"$work/pull.scx"
killed "$work/pull.scx" "$work/pull.session" /tmp/large
result $? "killed while a file comes out"
gone
[ -z "$(ls -A "$work/out")" ]
result $? "no draft of it is left"
opened "$work/pull.session" "pull /tmp/large" && ! grep -q "push" "$work/err"
result $? "its session can be opened, and names what was under way"
"$SXP_SCXPLORE" run "$work/pull.session" --memory 1024 >"$work/err" 2>&1
result $? "and replayed to its end"
rm -f "$work/events" "$work/large" "$work/err"
[ "$(cd "$work" && find . -type f | sort | tr '\n' ' ')" = "./pull.scx ./pull.session ./push.scx ./push.session " ]
result $? "nothing else is left on disk"
