#!/bin/sh
# boots.sh N [loaded]: N guests in a row through `scxplore do` with nothing to do in them, under
# TCG; with `loaded` every CPU of the host is kept busy meanwhile. Counts boots that were lost and
# those that a second try mended. Needs SXP_SCXPLORE (default build/src/scxplore) and SXP_AGENT.
set -u
n=${1:-200}
program=${SXP_SCXPLORE:-build/src/scxplore}
log=$(mktemp)
busy=
trap 'rm -f "$log"; [ -z "$busy" ] || kill $busy 2>/dev/null' EXIT
if [ "${2:-}" = loaded ]; then
	for _ in $(seq "$(nproc)"); do
		sh -c 'while :; do :; done' &
		busy="$busy $!"
	done
fi
i=0 lost=0 mended=0
start=$(date +%s)
while [ $i -lt "$n" ]; do
	i=$((i + 1))
	if ! echo 'hold 0' | "$program" do --accel tcg >"$log" 2>&1; then
		lost=$((lost + 1))
		echo "boot $i was lost:"
		tail -n 20 "$log"
	fi
	grep -q 'a boot was lost' "$log" && mended=$((mended + 1))
done
echo "$n boots${2:+ $2}: $lost lost, $mended mended by a second try, $((($(date +%s) - start) * 1000 / n)) ms each on average"
[ "$lost" = 0 ]
