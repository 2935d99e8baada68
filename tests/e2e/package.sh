#!/bin/bash
# package.sh BUILD: the Debian package of a build: what it says of itself, and how it
# is put into a system and taken out again. The system is a folder; what the machine
# itself has installed is only read. Skipped where there is no dpkg.
set -euo pipefail
export PROMPTD_AUTOSTART=no LC_ALL=C.UTF-8 # servers started here start no agent
build=$1
skipped() {
	echo "skipped: $1"
	exit 77
}
fail() {
	echo "$1"
	exit 1
}
for program in dpkg dpkg-deb dpkg-shlibdeps cpack; do
	command -v $program >/dev/null || skipped "no $program"
done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
root=$work/root share=$work/root/usr/share
unset PROMPTD_HOME XDG_CONFIG_HOME XDG_DATA_HOME XDG_STATE_HOME XDG_RUNTIME_DIR MANPATH
export HOME=$work/home
mkdir "$HOME"

(cd "$build" && cpack -G DEB -B "$work" >"$work/cpack.log" 2>&1) || fail "$(cat "$work/cpack.log")"
deb=$(echo "$work"/promptd_*.deb)

# --- What it says of itself -----------------------------------------------------------
field() {
	dpkg-deb -f "$deb" "$1"
}
version=$("$build/bin/promptd" --version | grep -oE '[0-9]+(\.[0-9]+)+')
architecture=$(dpkg --print-architecture)
[ "$(field Package) $(field Version) $(field Architecture)" = "promptd $version $architecture" ] ||
	fail "it is called $(field Package) $(field Version) $(field Architecture)"
[ "${deb##*/}" = "promptd_${version}_$architecture.deb" ] || fail "the file is called ${deb##*/}"
dpkg --validate-version "$version"
# Nothing runs as root, and nothing is a setting that is kept when it goes.
inside=$(dpkg-deb --ctrl-tarfile "$deb" | tar -t | sed 's|^\./||; /^$/d' | sort | tr '\n' ' ')
[ "$inside" = 'control md5sums ' ] || fail "beside the files the package holds: $inside"
# Root's, and as everybody may read it; whatever the umask was here.
dpkg-deb -c "$deb" >"$work/files"
strange=$(grep -vE '^(drwxr-xr-x|-rw-r--r--) root/root|^-rwxr-xr-x root/root .* \./usr/bin/[^/]*$' \
	"$work/files" || :)
[ -z "$strange" ] || fail "rights: $strange"

# --- Into a system and out of it ------------------------------------------------------
# Its libraries are this machine's, so the folder does not have them.
on_root() {
	dpkg --root="$root" --log="$work/dpkg.log" --force-depends "$@" >"$work/dpkg.out" 2>&1 ||
		fail "dpkg $*: $(cat "$work/dpkg.out")"
}
tree() {
	(cd "$root" && find . ! -type d ! -path './var/lib/dpkg/*' -o -type d -empty \
		! -path './var/lib/dpkg*' | sed 's|^\./||' | sort)
}
if [ "$(id -u)" -eq 0 ]; then
	mkdir -p "$root/var/lib/dpkg"/{info,updates,triggers}
	touch "$root/var/lib/dpkg"/{status,available}
	on_root --install "$deb"
	on_root --verify promptd
	[ ! -s "$work/dpkg.out" ] || fail "dpkg --verify: $(cat "$work/dpkg.out")"
else
	echo 'not root: unpacked, and not put in and taken out by dpkg'
	dpkg-deb -x "$deb" "$root"
fi
wanted='usr/bin/promptd
usr/bin/promptd-mcp
usr/share/bash-completion/completions/promptd
usr/share/doc/promptd/README.md
usr/share/doc/promptd/SECURITY.md
usr/share/doc/promptd/copyright
usr/share/fish/vendor_completions.d/promptd.fish
usr/share/man/man1/promptd-mcp.1
usr/share/man/man1/promptd.1
usr/share/zsh/vendor-completions/_promptd'
[ "$(tree)" = "$wanted" ] || fail "installed: $(diff <(echo "$wanted") <(tree))"

# --- What it needs is what it says it needs ---------------------------------------------
# Packages of what the dynamic linker takes first, asked of this machine's dpkg.
needed() { # PROGRAMS…
	local soname
	for soname in $(objdump -p "$@" | awk '$1 == "NEEDED" { print $2 }' | sort -u); do
		ldd "$@" | awk -v s="$soname" '$1 == s { print $3; exit }'
	done | while read -r path; do
		dpkg-query -S "$(realpath "$path")" "*/${path##*/}" 2>/dev/null | head -n 1
	done | sed 's/:.*//' | sort -u
}
said=$(field Depends | tr ',' '\n' | awk '{ print $1 }' | sort -u)
[ "$said" = "$(needed "$root"/usr/bin/*)" ] ||
	fail "depends on: $said; needs: $(needed "$root"/usr/bin/*)"

# --- Used from there ------------------------------------------------------------------
bin=$root/usr/bin
[ "$("$bin/promptd" --version)" = "$("$build/bin/promptd" --version)" ] || fail 'another version'
"$bin/promptd" import --starter >/dev/null
"$bin/promptd" render code-review focus=security | grep -q 'hardest at security' ||
	fail 'promptd does not render'
"$bin/promptd" connect claude --print | grep -qF "$bin/promptd-mcp" ||
	fail 'connect names another server'
answer=$(echo '{"jsonrpc":"2.0","id":1,"method":"initialize","params":{"protocolVersion":"2025-06-18","capabilities":{},"clientInfo":{"name":"t","version":"1"}}}' |
	"$bin/promptd-mcp")
[[ $answer == *"\"version\":\"$version\""* ]] || fail "promptd-mcp said: $answer"

# Login starts what was installed, and nothing that was built somewhere.
"$bin/promptd" setup >/dev/null || fail 'setup'
units=$HOME/.config/systemd/user
grep -qF "ExecStart=\"$bin/promptd\" " "$units/promptd-agent.service" || fail 'the unit'
grep -qF "Exec=\"$bin/promptd\" " "$HOME/.config/autostart/promptd-agent.desktop" || fail 'autostart'
[ -f "$units/promptd-agent.socket" ] || fail 'the socket'
"$bin/promptd" setup --remove >/dev/null || fail 'setup --remove'
[ -z "$(find "$HOME/.config" -name 'promptd*' ! -path "$HOME/.config/promptd*")" ] ||
	fail 'setup --remove left something'

# Each is looked for as its program looks for it, which may be absent.
have() {
	command -v "$1" >/dev/null || { echo "not here, so not asked: $1"; return 1; }
}
for page in promptd promptd-mcp; do
	if have man; then
		[ "$(MANPATH=$share/man man -w 1 $page)" = "$share/man/man1/$page.1" ] ||
			fail "man does not find $page"
	fi
	if have mandoc; then
		mandoc -Tutf8 "$share/man/man1/$page.1" | grep "^${page^^}(1)" >/dev/null || fail "page $page"
	fi
done
# As bash-completion loads it: the file is called as the program is.
bash --norc -c '. "$1"; complete -p promptd' - "$share/bash-completion/completions/promptd" |
	grep -q 'complete .* promptd' || fail 'bash does not complete'
if have zsh; then
	# shellcheck disable=SC2016
	found=$(zsh -f -c 'fpath=($1 $fpath); autoload -U compinit; compinit -D -u
		print -r -- ${_comps[promptd]}' - "$share/zsh/vendor-completions")
	[ "$found" = _promptd ] || fail "zsh completes promptd by: $found"
fi
if have fish; then
	found=$(PATH=$bin:$PATH XDG_DATA_DIRS=$share fish -c 'complete -C "promptd rend"' 2>&1)
	[[ $found == render* ]] || fail "fish completes promptd by: $found"
fi

# --- The package for machines with a display ---------------------------------------------
# Not there where promptd-desktop is not built.
desktop() {
	local files
	deb=$1
	[ "$(field Package) $(field Version) $(field Architecture)" = \
		"promptd-desktop $version $architecture" ] || fail "it is called $(field Package)"
	[[ $(field Depends) == *"promptd (= $version)"* ]] || fail "it depends on $(field Depends)"
	inside=$(dpkg-deb --ctrl-tarfile "$deb" | tar -t | sed 's|^\./||; /^$/d' | sort | tr '\n' ' ')
	[ "$inside" = 'control md5sums ' ] || fail "promptd-desktop holds: $inside"
	if [ "$(id -u)" -eq 0 ]; then
		on_root --install "$deb"
		on_root --verify promptd-desktop
		[ ! -s "$work/dpkg.out" ] || fail "dpkg --verify: $(cat "$work/dpkg.out")"
	else
		dpkg-deb -x "$deb" "$root"
	fi
	files='usr/bin/promptd-desktop
usr/share/doc/promptd-desktop/copyright
usr/share/man/man1/promptd-desktop.1'
	[ "$(tree)" = "$(printf '%s\n' "$wanted" "$files" | sort)" ] ||
		fail "with promptd-desktop: $(diff <(printf '%s\n' "$wanted" "$files" | sort) <(tree))"
	said=$(field Depends | tr ',' '\n' | awk '$1 != "promptd" { print $1 }' | sort -u)
	[ "$said" = "$(needed "$bin/promptd-desktop")" ] ||
		fail "promptd-desktop depends on: $said; needs: $(needed "$bin/promptd-desktop")"
	[ "$("$bin/promptd-desktop" --version)" = "promptd-desktop $version" ] || fail 'its version'
	# It is found by the promptd beside it, and started by that at login.
	"$bin/promptd" desktop --install >/dev/null || fail 'desktop --install'
	grep -qF "ExecStart=\"$bin/promptd\" desktop run" "$units/promptd-desktop.service" ||
		fail 'the unit of promptd-desktop'
	"$bin/promptd" desktop --remove >/dev/null || fail 'desktop --remove'
	[ -z "$(find "$HOME/.config" -name 'promptd-desktop*')" ] || fail 'desktop --remove left something'
	[ "$(id -u)" -ne 0 ] || on_root --purge promptd-desktop
}
ls "$work"/promptd-desktop_*.deb >/dev/null 2>&1 && desktop "$(echo "$work"/promptd-desktop_*.deb)"

# --- The package for a team's server -----------------------------------------------------
# Not there where promptd-hub is not built. It starts nothing, and needs no promptd.
hub() {
	local files hub=$root/usr/bin/promptd-hub doc=$share/doc/promptd-hub unit
	deb=$1
	[ "$(field Package) $(field Version) $(field Architecture)" = \
		"promptd-hub $version $architecture" ] || fail "it is called $(field Package)"
	inside=$(dpkg-deb --ctrl-tarfile "$deb" | tar -t | sed 's|^\./||; /^$/d' | sort | tr '\n' ' ')
	[ "$inside" = 'control md5sums ' ] || fail "promptd-hub holds: $inside"
	dpkg-deb -c "$deb" >"$work/files"
	strange=$(grep -vE '^(drwxr-xr-x|-rw-r--r--) root/root|^-rwxr-xr-x root/root .* \./usr/bin/[^/]*$' \
		"$work/files" || :)
	[ -z "$strange" ] || fail "rights: $strange"
	if [ "$(id -u)" -eq 0 ]; then
		on_root --install "$deb"
		on_root --verify promptd-hub
		[ ! -s "$work/dpkg.out" ] || fail "dpkg --verify: $(cat "$work/dpkg.out")"
	else
		dpkg-deb -x "$deb" "$root"
	fi
	files='usr/bin/promptd-hub
usr/lib/systemd/system/promptd-hub.service
usr/share/doc/promptd-hub/HUB.md
usr/share/doc/promptd-hub/copyright
usr/share/doc/promptd-hub/examples/nginx.conf
usr/share/doc/promptd-hub/examples/promptd-hub.env
usr/share/man/man1/promptd-hub.1'
	[ "$(tree)" = "$(printf '%s\n' "$wanted" "$files" | sort)" ] ||
		fail "with promptd-hub: $(diff <(printf '%s\n' "$wanted" "$files" | sort) <(tree))"
	said=$(field Depends | tr ',' '\n' | awk '{ print $1 }' | sort -u)
	[ "$said" = "$(needed "$hub")" ] || fail "promptd-hub depends on: $said; needs: $(needed "$hub")"
	[ "$("$hub" --version)" = "promptd-hub $version" ] || fail 'its version'
	# The examples set what the program knows, and the unit is one that systemd takes.
	sed 's/^#PROMPTD/PROMPTD/' "$doc/examples/promptd-hub.env" >"$work/hub.env"
	for unit in $(sed -n 's/^\(PROMPTD_HUB_[A-Z_]*\)=.*/\1/p' "$work/hub.env"); do
		[[ $("$hub" --man) == *"$unit"* ]] || fail "the program does not know $unit"
	done
	printf 'PROMPTD_HUB_DATABASE=sqlite:%s/hub.db\n' "$work" >"$work/hub.env"
	env -u PROMPTD_HUB_DATABASE PROMPTD_HUB_ENV="$work/hub.env" "$hub" init --json | grep -q '"invite":"pi_' || fail 'init'
	[ "$(stat -c %a "$work/hub.db")" = 600 ] || fail "the database's rights"
	if have systemd-analyze; then
		unit=$work/promptd-hub.service
		sed "s|^ExecStart=/usr/bin/|ExecStart=$root/usr/bin/|; /^Documentation/d" \
			"$root/usr/lib/systemd/system/promptd-hub.service" >"$unit"
		strange=$(systemd-analyze verify "$unit" 2>&1 | grep -F promptd-hub || :)
		[ -z "$strange" ] || fail "systemd-analyze verify: $strange"
		# In tenths: 9 is what it was when this was written; 20 is where "OK" ends.
		strange=$(systemd-analyze security --offline=true "$unit" | grep -oE '[0-9.]+ (SAFE|OK)' || :)
		[[ $strange == [01].* ]] || fail "systemd-analyze security: $strange"
	fi
	[ "$(id -u)" -ne 0 ] || on_root --purge promptd-hub
}
ls "$work"/promptd-hub_*.deb >/dev/null 2>&1 && hub "$(echo "$work"/promptd-hub_*.deb)"

# --- Gone -----------------------------------------------------------------------------
[ "$(id -u)" -eq 0 ] || exit 0
on_root --purge promptd
[ -z "$(tree)" ] || fail "left behind: $(tree)"
