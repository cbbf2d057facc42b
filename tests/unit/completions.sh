#!/bin/sh
# Completion of shells: whatever the synopsis of a command names is offered for it, and nothing of
# another. bash's is carried out; of zsh's and fish's the words are looked at.
# Argument: the program.
set -u
scxplore=$1
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for shell in bash zsh fish; do "$scxplore" help "completion-$shell" >"$work/$shell" || exit 1; done
commands='do run export kernel matrix scenarios shell show compare cache help'
n=0
result() { # status, name
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; fi
}

# The options in the first line of a command's help, without those of the guest that it may repeat.
options() { # command
	"$scxplore" help "$1" | sed -n '1s/\[--topology[^]]*\]//; 1s/\[--kernel[^]]*\]//; 1p' | grep -o -- '--[a-z][a-z-]*' | sort -u
}

# What bash offers for the last of the words.
offered() {
	(cd "$work" && mkdir -p empty && cd empty && bash -c '. ../bash
		complete() { :; }
		scxplore() { echo "one-scenario is one"; }
		COMP_WORDS=(scxplore "$@") COMP_CWORD=$#
		_scxplore; printf "%s\n" "${COMPREPLY[@]}"' bash "$@")
}

bad=0
for c in $commands; do
	offered "$c" x -- >"$work/seen"
	for o in $(options "$c"); do
		grep -qx -- "$o" "$work/seen" || { echo "# $c $o"; bad=1; }
	done
done
result $bad "bash offers every option of every command"

bad=0
for c in $commands; do
	sed -n "s/^($c) also=.*options=//p" "$work/zsh" >"$work/seen"
	for o in $(options "$c"); do
		grep -q -- "'\*${o}['=]" "$work/seen" || { echo "# $c $o"; bad=1; }
	done
done
result $bad "and so does zsh"

bad=0
for c in $commands; do
	for o in $(options "$c"); do
		grep -q -- "from $c' -l ${o#--}\( \|\$\)" "$work/fish" || { echo "# $c $o"; bad=1; }
	done
done
result $bad "and fish"

grep -qF "'scenarios:the scenarios that come with the program; '\''scxplore run NAME'\'' runs one'" "$work/zsh" &&
	grep -qF "'the scenarios that come with the program; \'scxplore run NAME\' runs one'" "$work/fish"
result $? "quotes in a summary are each shell's own"

is() { # name, what is offered in one line, words...
	name=$1 want=$2
	shift 2
	got=$(offered "$@" | tr '\n' ' ')
	[ "$got" = "$want " ] || echo "# '$got' is not '$want '"
	[ "$got" = "$want " ]
	result $? "$name"
}
is "an option of export" "--learn" export a.session --le
is "which no other command has" "" run a.session --le
is "formats are those of the command" "tap ktap junit json" run --format ""
is "and of a matrix' report" "text ktap junit json" matrix report --format ""
is "presets stand for topologies of a matrix" "presets" matrix x --topology pre
is "but not for one guest's" "" run x --topology pre
is "words that begin a form" "merge" matrix me
is "scenarios of the program" "one-scenario" matrix one
is "an accelerator" "kvm" "do" --accel k
is "nothing for a number" "" export a --learn ""
is "guest options without a command" "--include" --inc
is "commands first of all" "matrix" m
echo "1..$n"
