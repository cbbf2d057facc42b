# setup.sh - sourced by ./run and ./check: installs what is missing and builds.
#
# Works on Debian by itself and names the packages elsewhere. A stamp keeps the second start free of
# this work; every step may be interrupted and run again. The system's apt configuration is read,
# never written: newer versions come through package lists of our own.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
state=$top/.cache
export PATH=$PATH:/usr/sbin:/sbin

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }
fail() { say "$*"; exit 2; }

as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null; then
		sudo -- "$@"
	else
		fail "'$*' needs root: run this once as root, or install sudo"
	fi
}

# Names in a package file: "name" or "backports:MIN name"; prints "name MIN" (MIN empty).
packages() {
	sed -E 's/#.*//; s/^backports:([^ ]+) +([^ ]+).*/\2 \1/; t; s/^([^ ]+).*/\1/' "$@" | grep -v '^ *$'
}

installed_version() {
	dpkg-query -W -f '${db:Status-Status} ${Version}\n' "$1" 2>/dev/null | sed -n 's/^installed //p' | head -n 1
}

wants_install() { # name min
	local have
	have=$(installed_version "$1")
	[ -n "$have" ] || return 0
	[ -z "${2:-}" ] && return 1
	dpkg --compare-versions "${have#*:}" lt "$2"
}

# Package lists with the backports suite beside the release's own, from the mirror apt already uses.
backports_options() {
	local codename mirror lists=$state/apt
	codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
	mirror=$(apt-get indextargets --format '$(REPO_URI) $(CODENAME)' 'Created-By: Packages' |
		awk -v c="$codename" '$2 == c { print $1; exit }')
	[ -n "$mirror" ] || fail "apt knows no mirror for Debian $codename: look at /etc/apt/sources.list"
	mkdir -p "$lists/lists/partial"
	local suite
	for suite in "$codename" "$codename-updates" "$codename-backports"; do
		echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $mirror $suite main"
	done >"$lists/sources.list"
	printf '%s\n' "-oDir::Etc::SourceList=$lists/sources.list" -oDir::Etc::SourceParts=/dev/null \
		"-oDir::State::Lists=$lists/lists" -oAPT::Sandbox::User=root \
		-oDir::Cache::pkgcache= -oDir::Cache::srcpkgcache=
}

# Standard input and output belong to the program started afterwards.
apt_get() {
	as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o Dpkg::Use-Pty=0 \
		--no-install-recommends "$@" </dev/null >&2
}

# One start at a time works on the system and on a build folder. A killed start lets go of the lock
# when the last of its children is gone.
lock() {
	mkdir -p "$state"
	exec 8>"$state/lock"
	flock -n 8 && return
	say "another start is at work: waiting for it"
	flock 8
}
unlock() { exec 8>&-; }

install_debian() { # package files
	local name min plain=() newer=()
	while read -r name min; do
		wants_install "$name" "$min" || continue
		if [ -n "$min" ]; then newer+=("$name $min"); else plain+=("$name"); fi
	done < <(packages "$@")
	[ ${#plain[@]} -gt 0 ] || [ ${#newer[@]} -gt 0 ] || return 0

	# an installation that was killed in the middle is finished first
	[ -z "$(dpkg --audit)" ] || as_root dpkg --configure -a </dev/null >&2 ||
		fail "dpkg cannot finish an earlier installation: see above"
	say "reading the package lists"
	apt_get update || fail "apt-get update failed: is there a network and a mirror?"
	local from_backports=() entry
	for entry in "${newer[@]}"; do
		read -r name min <<<"$entry"
		local candidate
		candidate=$(apt-cache policy "$name" | sed -n 's/^  Candidate: //p')
		if dpkg --compare-versions "${candidate#*:}" ge "$min"; then
			plain+=("$name")
		else
			from_backports+=("$name")
		fi
	done
	if [ ${#plain[@]} -gt 0 ]; then
		say "installing: ${plain[*]}"
		apt_get install "${plain[@]}" || fail "the installation failed: see above"
	fi
	if [ ${#from_backports[@]} -gt 0 ]; then
		local options codename
		codename=$(. /etc/os-release && echo "$VERSION_CODENAME")
		mapfile -t options < <(backports_options)
		say "installing from $codename-backports: ${from_backports[*]}"
		apt_get "${options[@]}" update || fail "reading the backports suite failed"
		apt_get "${options[@]}" -t "$codename-backports" install "${from_backports[@]}" ||
			fail "the installation from backports failed: see above"
	fi
}

name_packages_elsewhere() {
	local id like line
	id=$(. /etc/os-release 2>/dev/null && echo "${ID:-unknown}")
	like=$(. /etc/os-release 2>/dev/null && echo "${ID_LIKE:-}")
	for line in $id $like; do
		if grep -q "^${line%%-*}:" "$top/setup/packages.other"; then
			say "this is not Debian; install these packages, then start again with SCXPLORE_SETUP=done:"
			sed -n "s/^${line%%-*}: *//p" "$top/setup/packages.other" >&2
			exit 2
		fi
	done
	say "distribution '$id' is not known here; install what Debian calls the following, then start again with SCXPLORE_SETUP=done:"
	packages "$top/setup/packages.debian" | cut -d' ' -f1 | tr '\n' ' ' >&2
	echo >&2
	exit 2
}

stamp_of() { cat "$@" "$top/setup/setup.sh" /etc/debian_version 2>/dev/null | cksum; }

install_packages() { # stamp name, package files
	local stamp=$state/$1 now
	shift
	[ "${SCXPLORE_SETUP:-}" = done ] && return 0
	now=$(stamp_of "$@")
	[ -f "$stamp" ] && [ "$(<"$stamp")" = "$now" ] && return 0
	lock
	if [ -f "$stamp" ] && [ "$(<"$stamp")" = "$now" ]; then
		: # another start has done it meanwhile
	elif [ "$(. /etc/os-release 2>/dev/null && echo "${ID:-}")" = debian ]; then
		install_debian "$@"
	else
		name_packages_elsewhere
	fi
	echo "$now" >"$stamp.new" && mv "$stamp.new" "$stamp"
	unlock
}

# On a terminal ninja shows how far it is; elsewhere only what failed is worth a log's space.
run_ninja() { # folder
	if [ -t 2 ]; then
		ninja -C "$1" </dev/null >&2
	else
		ninja -C "$1" </dev/null >"$state/ninja.log" 2>&1 ||
			{ grep -E -A20 'FAILED|error' "$state/ninja.log" | head -n 60 >&2; return 1; }
	fi
}

build_tree() { # folder, meson options
	local dir=$top/$1
	shift
	if [ -f "$dir/build.ninja" ] && ninja -C "$dir" -n 2>/dev/null | grep -q 'no work to do'; then
		return 0
	fi
	lock
	if [ ! -f "$dir/build.ninja" ]; then
		say "setting up ${dir##*/}/"
		# what a killed set-up left behind would be taken for a finished one
		rm -rf "$dir/meson-private"
		if ! (cd "$top" && meson setup "$dir" "$@" </dev/null >"$state/meson.log" 2>&1); then
			tail -n 30 "$state/meson.log" >&2
			rm -f "$state"/stamp* # a package may have been removed: look again next time
			fail "meson setup failed"
		fi
	fi
	say "building ${dir##*/}/"
	run_ninja "$dir" || fail "the build failed"
	unlock
}
