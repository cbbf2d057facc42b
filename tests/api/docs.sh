#!/usr/bin/env bash
# docs - the public headers are documented, and the documentation builds without a warning.
# docs.sh SOURCE_DIR; TAP.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cp -r "$1/include" "$1/docs" "$work"
cd "$work"

# doxygen before 1.9.8 says nothing of enum values
values_without_words() {
	python3 - "$work"/out/xml/*_8h.xml <<-'END'
		import sys, xml.etree.ElementTree as tree
		bare = [v.findtext("name") for f in sys.argv[1:] for v in tree.parse(f).iter("enumvalue")
		        if not "".join("".join(v.find(d).itertext())
		                       for d in ("briefdescription", "detaileddescription")).strip()]
		print("".join(f"{name}: an enum value without words\n" for name in bare), end="")
	END
}
build() { # what doxygen has to say goes to ./said
	(cat docs/Doxyfile; echo "OUTPUT_DIRECTORY = $work/out") | doxygen - >said 2>&1 &&
		values_without_words >>said && ! grep -q 'warning:\|without words' said
}
n=0 status=0
check() { # sentence, then a command
	local what=$1
	n=$((n + 1))
	shift
	if "$@"; then
		echo "ok $n - $what"
	else
		echo "not ok $n - $what"
		sed 's/^/# /' said
		status=1
	fi
}
missed() { # sed script: what it takes out of the header must be missed
	cp "$1/include/scxplore/scxplore.h" include/scxplore/scxplore.h
	sed -i "$2" include/scxplore/scxplore.h
	! cmp -s "$1/include/scxplore/scxplore.h" include/scxplore/scxplore.h && ! build
}

echo 1..4
check "the reference of <scxplore/scxplore.h> and <scxplore/cmocka.h> builds without a warning" build
check "a field without words is an error" missed "$1" '/const char \*to;/s|/\*\*<.*\*/||'
check "an enum value without words is an error" missed "$1" '/SXP_KILL,/s|/\*\*<.*\*/||'
check "a parameter without words is an error" missed "$1" '/@param pair/d'
exit $status
