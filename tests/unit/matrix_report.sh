#!/bin/sh
# `scxplore matrix report` as a command: exit statuses, files that are not there or no matrix, and
# where the report goes. What stands in a report is test_matrix_report's.
# Arguments: the program, a saved matrix.
set -u
scxplore=$1 saved=$2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
n=0

# Runs the report with the arguments given; status and words (in output or error) must be there.
expect() { # name, status, words, arguments...
	n=$((n + 1))
	name=$1 want=$2 words=$3
	shift 3
	"$scxplore" matrix report "$@" >"$work/out" 2>&1
	got=$?
	if [ "$got" = "$want" ] && grep -qF -- "$words" "$work/out"; then
		echo "ok $n - $name"
	else
		echo "not ok $n - $name"
		echo "# status $got, wanted $want and '$words'"
		sed 's/^/# /' "$work/out"
	fi
}

# Of the topology that was run to the end, under one accelerator.
{ head -n 1 "$saved"; grep '"topology":"1n1l4c1t"' "$saved"; } >"$work/good.jsonl"
sed 's/"accel":"kvm"/"accel":"tcg"/' "$work/good.jsonl" >"$work/tcg.jsonl"
{ cat "$work/good.jsonl"; printf '{"cell":'; } >"$work/cut.jsonl"
echo '{}' >"$work/none.jsonl"

echo 1..19
expect "a failed cell is status 1" 1 "fail" "$saved"
expect "all passed is status 0" 0 "against eevdf" "$work/good.jsonl"
expect "a gate that holds is status 0" 0 "pass" "$work/good.jsonl" --gate 'rate:+20%'
expect "a gate that does not is status 1" 1 "worse by +30.0%" "$work/good.jsonl" --gate 'lat.*:+10%'
expect "a gate that cannot be judged is status 2" 2 "such a metric" "$work/good.jsonl" --gate=no:+1
expect "another baseline is taken" 1 "worse by" "$work/good.jsonl" --baseline vtime --gate 'lat.*:-50%'
expect "a baseline that is not there is an error" 2 "there are: eevdf, vtime" "$work/good.jsonl" --baseline x
expect "a saved matrix is compared with" 0 "against $work/good.jsonl" "$work/good.jsonl" --compare "$work/good.jsonl"
expect "speed of another accelerator is refused" 2 "across accelerators" "$work/good.jsonl" \
	--compare "$work/tcg.jsonl" --gate 'lat.*:+10%'
expect "one to compare with that is not there is an error" 2 "No such file" "$work/good.jsonl" --compare "$work/x"
expect "a file that is not there is an error" 2 "No such file" "$work/nothing.jsonl"
expect "a file that is no matrix is an error" 2 "is not the head of a saved matrix" "$work/none.jsonl"
expect "a last line that was cut off is told" 0 "was cut off" "$work/cut.jsonl"
expect "a format that is none is wrong use" 2 "is none of text, ktap, junit, json" "$saved" --format xml
expect "a gate that is none is wrong use" 2 "is no gate" "$saved" --gate lat
expect "no file is wrong use" 2 "name a saved matrix"
expect "a histogram has no place in KTAP" 2 "the format ktap has none" "$saved" --histogram x --format ktap
expect "a report that cannot be written is no success" 2 "create" "$work/good.jsonl" -o "$work/no/such"
"$scxplore" matrix report "$work/good.jsonl" --format json -o "$work/report.json"
"$scxplore" matrix report - --format json <"$work/good.jsonl" >"$work/out"
n=$((n + 1))
if [ -s "$work/report.json" ] && cmp -s "$work/report.json" "$work/out"; then
	echo "ok $n - standard input and a file of its own are the same report"
else
	echo "not ok $n - standard input and a file of its own are the same report"
fi
