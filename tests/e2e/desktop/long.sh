#!/bin/bash
# long.sh clipboard|faults|matrix|payloads|races: the long proofs of the paste; see ./check. Installs
# the applications that are pasted into (on Debian, with root or sudo), builds for
# release, and says which of them are here.
set -uo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$root/build/desktop
bin=$root/build/release/bin
mkdir -p "$work"

install_applications() {
	local packages='xdotool i3-wm copyq parcellite python3-gi gir1.2-gtk-3.0 gir1.2-gtk-4.0
		python3-pyqt5 mksh busybox chromium firefox-esr'
	# Emacs with windows replaces the one without, which other tests use: it is only
	# unpacked, with the libraries it needs.
	local libraries='xaw3dg libotf1 libm17n-0 libgccjit0' as_root=
	command -v apt-get >/dev/null || return 0
	[ "$(id -u)" -eq 0 ] || as_root=sudo
	# shellcheck disable=SC2086
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get -q -o DPkg::Lock::Timeout=300 \
		install -y --no-install-recommends $packages $libraries || return
	[ -x "$work/emacs/usr/bin/emacs-lucid" ] && return
	(cd "$work" && rm -rf emacs emacs-lucid_*.deb && apt-get download emacs-lucid &&
		dpkg -x emacs-lucid_*.deb emacs &&
		cp emacs/usr/libexec/emacs/*/*/emacs.pdmp emacs/usr/bin/emacs-lucid.pdmp)
}
install_applications >"$work/install.log" 2>&1 || {
	echo 'not everything could be installed:'
	tail -3 "$work/install.log"
}
[ ! -x "$work/emacs/usr/bin/emacs-lucid" ] ||
	export MATRIX_EMACS=$work/emacs/usr/bin/emacs-lucid
{ cmake --preset release -S "$root" && cmake --build "$root/build/release" -j "$(nproc)" \
	--target promptd promptd-desktop desktop-helpers; } >"$work/build.log" 2>&1 || {
	cat "$work/build.log"
	exit 1
}
case ${1:-} in
matrix)
	status=0
	"$here/matrix.py" "$bin" fixed || status=1
	"$here/matrix.py" "$bin" quick 1056 || status=1
	"$here/matrix.py" "$bin" slow || status=1
	exit "$status"
	;;
faults) exec "$here/faults.py" "$bin" long ;;
clipboard) exec "$here/clipboard_long.py" "$bin" 1000 ;;
payloads) exec "$here/payloads.py" "$bin" ;;
races) exec "$here/races.sh" "$bin" 500 ;;
*)
	sed -n 2p "$0" >&2
	exit 2
	;;
esac
