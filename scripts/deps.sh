#!/bin/sh
# Install what promptd needs from Debian 12's packages, with root or sudo.
#
#	scripts/deps.sh build       what ./try needs: compiler, CMake, libraries
#	scripts/deps.sh test        that and what ./check needs besides
#	scripts/deps.sh fuzz        that and the fuzzer's runtime
#	scripts/deps.sh vscode      what VS Code is compiled with, and a browser for it
#	scripts/deps.sh WHAT --list only print the packages that are missing
#
# What is there already is asked of dpkg-query, so a second run costs nothing. On
# a system without dpkg the list is printed and the build is tried all the same.
set -eu

build='gcc libc6-dev cmake ninja-build pkg-config libsqlite3-dev libjansson-dev libyaml-dev libgit2-dev libwebsockets-dev
	libgtk-3-dev libx11-dev libxi-dev libxtst-dev libxfixes-dev libxres-dev libcurl4-openssl-dev zlib1g-dev libsodium-dev libpq-dev'
test='git openssh-client openssh-server nginx-light fcgiwrap openssl clang bash zsh fish mandoc dpkg-dev python3 python3-jsonschema neovim emacs-nox vim-nox systemd
	xvfb openbox i3-wm tigervnc-standalone-server suckless-tools rofi fzf xterm xclip x11-xkb-utils x11-xserver-utils dbus-daemon dbus-bin gnome-keyring libsecret-1-0
	python3-gi gir1.2-gtk-3.0 gir1.2-atspi-2.0 at-spi2-core
	postgresql-15'
fuzz='libclang-rt-14-dev'
vscode='chromium g++ make libkrb5-dev libsecret-1-dev libxkbfile-dev'

what=${1:-build}
case $what in
build) wanted=$build ;;
test) wanted="$build $test" ;;
fuzz) wanted="$build $test $fuzz" ;;
vscode) wanted="$build $test $vscode" ;;
*)
	echo "usage: scripts/deps.sh build|test|fuzz|vscode [--list]" >&2
	exit 2
	;;
esac
# Node and Python are welcome from anywhere; only a machine without gets Debian's.
if [ "$what" != build ]; then
	command -v node >/dev/null || wanted="$wanted nodejs"
	command -v npm >/dev/null || wanted="$wanted npm"
	command -v python3 >/dev/null || wanted="$wanted python3"
fi

if ! command -v dpkg-query >/dev/null; then
	echo "deps: no dpkg here; on Debian 12 the packages would be: $wanted" >&2
	exit 0
fi

installed() {
	[ "$(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}
missing=
for package in $wanted; do
	installed "$package" || missing="$missing $package"
done
missing=${missing# }
if [ "${2:-}" = --list ]; then
	[ -z "$missing" ] || echo "$missing"
	exit 0
fi
[ -n "$missing" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	if ! command -v sudo >/dev/null; then
		echo "deps: these packages are missing: $missing" >&2
		echo "deps: neither root nor sudo; run as root: apt-get install $missing" >&2
		exit 1
	fi
	as_root=sudo
fi
apt() {
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 "$@"
}
# The lists are only fetched when they do not know a package, or are too old to
# find its file.
lists_know() {
	# Names are meant to be split.
	# shellcheck disable=SC2086
	apt-get -s install --no-install-recommends $missing >/dev/null 2>&1
}
echo "deps: installing $missing"
lists_know || apt update
# shellcheck disable=SC2086
apt install -y --no-install-recommends $missing || {
	apt update
	apt install -y --no-install-recommends $missing
}
