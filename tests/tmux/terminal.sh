# terminal.sh - sourced by the tests here: the program in a real terminal of tmux's, its screen read back.
# Needs SXP_SCXPLORE, SXP_AGENT, SXP_THEMES. $pane is the session of tmux that is meant.
set -u
work=$(mktemp -d)
socket=$work/tmux
t() { tmux -S "$socket" -f /dev/null "$@"; }
trap 't kill-server 2>/dev/null; rm -rf "$work"' EXIT
n=0

screen() { t capture-pane -p -t "$pane" 2>/dev/null; }

result() {
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; screen | sed 's/^/# /'; fi
}

# Waits until the screen has it; nothing tells when a pane changes, so it looks again.
await() { # seconds, words for grep
	deadline=$(($(date +%s) + $1))
	shift
	until screen | grep -q "$@"; do
		[ "$(date +%s)" -lt "$deadline" ] || return 1
		timeout 0.2 tmux -S "$socket" wait-for never
	done
	return 0
}
see() { await "$2" -F -- "$1"; }      # text, seconds
see_like() { await "$2" -- "$1"; } # pattern, seconds

type() { t send-keys -t "$pane" -l "$1"; }
key() { t send-keys -t "$pane" "$@"; }
line() { type ":$1"; key Enter; }
started="cd $work && HOME=$work XDG_CACHE_HOME=${XDG_CACHE_HOME:-$HOME/.cache} LC_ALL=C.UTF-8 \
	SXP_AGENT=$SXP_AGENT SXP_THEMES=$SXP_THEMES $SXP_SCXPLORE"
