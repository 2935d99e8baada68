#!/bin/bash
# unit.sh PROGRAMS: promptd-desktop's unit under a real systemd user manager; see
# unit_story.sh, and ../user_manager.sh for what it takes.
set -u
here=$(cd "$(dirname "$0")" && pwd)
command -v Xvfb >/dev/null || {
	echo 'skipped: Xvfb is not installed'
	exit 77
}
export MANAGER_STORY=$here/unit_story.sh MANAGER_PROGRAMS='promptd-desktop desktop-keys'
unset DISPLAY XAUTHORITY
exec "$here/../user_manager.sh" "$1"
