#!/bin/sh
# `scxplore export --branch`: the branch that is named is what is exported, whichever file of the session is given.
# Arguments: the program, a session file.
set -u
scxplore=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0
result() { # status, name
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

cp "$2" "$work/a.session"
{
	head -n 3 "$2"
	echo '{"t_ns":5,"event":"branch","name":"2","text":"first","path":"a.session"}'
	echo '{"t_ns":6,"event":"branch","name":"other way","text":"","path":""}'
	echo '{"seq":1,"t_ns":7,"op":"cgroup add elsewhere"}'
	echo '{"seq":1,"t_ns":8,"event":"begin"}'
	echo '{"seq":1,"t_ns":9,"event":"done","text":""}'
} >"$work/a.2.session"

echo 1..4
for name in "other way" 2; do
	"$scxplore" export "$work/a.session" --branch "$name" --to json >"$work/out" 2>/dev/null && grep -q 'cgroup add elsewhere' "$work/out"
	result $? "a branch is exported by '$name'"
done
"$scxplore" export "$work/a.2.session" --branch=1 --to json >"$work/out" 2>/dev/null && ! grep -q elsewhere "$work/out"
result $? "the first is exported from another's file"
"$scxplore" export "$work/a.session" --branch nope --to json >"$work/out" 2>"$work/err"
[ $? = 2 ] && [ ! -s "$work/out" ] && grep -q "no branch 'nope'; there are: 1, other way" "$work/err"
result $? "one that there is not is refused, and those there are named"
