#!/bin/sh
# SPDX-License-Identifier: BSD-2-Clause
# What `meson install` leaves behind is all that a person needs: an example is compiled against it,
# with nothing of the build tree, and passes in a guest; the installed program runs, too.
# Needs MESON, BUILD (the build tree), EXAMPLES, PREFIX, LIBDIR, LIBEXECDIR, CC.
set -u
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export XDG_STATE_HOME="$work/state"
unset SXP_AGENT SXP_THEMES SXP_SCENARIOS
n=0
result() { # 0 = good, sentence
	n=$((n + 1))
	if [ "$1" = 0 ]; then echo "ok $n - $2"; else echo "not ok $n - $2"; sed 's/^/# /' "$work/out"; fi
}
root=$work/root
echo 1..6

# shellcheck disable=SC2086
DESTDIR=$root $MESON install -C "$BUILD" --no-rebuild --quiet >"$work/out" 2>&1
result $? "it is installed"

# pkg-config puts the folder before the paths of the file; what else it finds is the system's
PKG_CONFIG_PATH=$root$PREFIX/$LIBDIR/pkgconfig
export PKG_CONFIG_PATH
flags=$(pkg-config --define-variable=prefix="$root$PREFIX" --cflags --libs scxplore 2>"$work/out") &&
	more=$(pkg-config --cflags --libs cmocka 2>"$work/out")
result $? "pkg-config knows it"

# shellcheck disable=SC2086
(cd "$work" && $CC -Wall -Wextra -Werror "$EXAMPLES/fair_share.c" $flags $more -o fair_share) >"$work/out" 2>&1
result $? "an example is compiled against the installed header without a warning"

LD_LIBRARY_PATH=$root$PREFIX/$LIBDIR SXP_AGENT=$root$PREFIX/$LIBEXECDIR/scxplore/scxplore-agent \
	"$work/fair_share" >"$work/out" 2>&1
result $? "and passes in a guest with the installed agent"

# what the library needs is what pkg-config says; the library itself is named, for both lie there
needs=$(pkg-config --define-variable=prefix="$root$PREFIX" --static --libs scxplore | sed 's/-lscxplore//g')
# shellcheck disable=SC2086
(cd "$work" && $CC -Wall -Wextra -Werror "$EXAMPLES/fair_share.c" -I"$root$PREFIX/include" \
	"$root$PREFIX/$LIBDIR/libscxplore.a" $needs $more -o static &&
	! ldd static | grep -q libscxplore) >"$work/out" 2>&1
result $? "it can be linked with the static library instead"

echo 'run hello -- echo there' >"$work/hello.scx"
printf 'wait hello timeout=60s\nexpect output hello contains there\n' >>"$work/hello.scx"
SXP_AGENT=$root$PREFIX/$LIBEXECDIR/scxplore/scxplore-agent \
	SXP_SCENARIOS=$root$PREFIX/share/scxplore/scenarios \
	"$root$PREFIX/bin/scxplore" 'do' "$work/hello.scx" >"$work/out" 2>&1 &&
	SXP_SCENARIOS=$root$PREFIX/share/scxplore/scenarios "$root$PREFIX/bin/scxplore" scenarios >"$work/out" 2>&1 &&
	grep -q basic-placement "$work/out"
result $? "the installed program runs a scenario and lists those that come with it"
