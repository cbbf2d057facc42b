#!/bin/sh
# The seed three times (typed, exported, by hand), each with a sound agent and with both faults.
# Needs in the environment: SXP_SCXPLORE, SXP_AGENT, SEED_BY_HAND, SEED_SCENARIO, CC, CFLAGS, LIBS.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state"
n=0

result() { # 0 = good, sentence
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out"; fi
}

# Holds when sound; with a fault it fails (status 1) and the message names both lines.
three() { # name, command...
	name=$1
	shift
	"$@" >"$work/out" 2>&1
	result $? "$name passes"
	for fault in place-after-exec place-never; do
		SCXPLORE_FAULT=$fault "$@" >"$work/out" 2>&1
		status=$?
		[ "$status" = 1 ] || echo "exit status $status, expected 1" >>"$work/out"
		[ "$status" = 1 ] && grep -q "expected '0::/placement/cg_dst', read '0::/'" "$work/out"
		result $? "$name fails with $fault and says what was read and what was expected"
	done
}

echo 1..11
guest="--workload-root /placement --include sh --include cat"
# shellcheck disable=SC2086
three "the seed as a typed scenario" "$SXP_SCXPLORE" do "$SEED_SCENARIO" $guest
# shellcheck disable=SC2086
"$SXP_SCXPLORE" do "$SEED_SCENARIO" $guest --save "$work/seed.session" >"$work/out" 2>&1 &&
	"$SXP_SCXPLORE" export "$work/seed.session" --to c -o "$work/seed.c" >"$work/out" 2>&1
result $? "its session exports as a C test that holds in a replay"
# shellcheck disable=SC2086
$CC -Wall -Wextra -Werror $CFLAGS -o "$work/seed" "$work/seed.c" $LIBS >"$work/out" 2>&1
result $? "the export compiles without a warning"
three "the exported seed" "$work/seed"
three "the seed by hand" "$SEED_BY_HAND"
