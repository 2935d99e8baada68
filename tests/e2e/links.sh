#!/bin/sh
# links.sh PROGRAM LIBRARY…: the program is linked with these libraries (besides
# libc, libm and the loader) and with no others. An
# assistant starts promptd-mcp in the user's face: every library costs time there.
set -eu
program=$1
shift
allowed="linux-vdso ld-linux-x86-64 ld-linux-aarch64 libc libm $*"

# What it asks for itself; what libraries ask for in turn is theirs.
needed() {
	readelf -d "$program" | sed -n 's/.*(NEEDED).*\[\(.*\)\]/\1/p'
}

status=0
for found in $(needed); do
	name=$(basename "$found" | sed 's/\.so.*//')
	case " $allowed " in
	*" $name "*) ;;
	*)
		echo "$(basename "$program") is linked with $found"
		status=1
		;;
	esac
done
for name; do
	needed | grep -q "$name\.so" || {
		echo "$(basename "$program") is not linked with $name"
		status=1
	}
done
exit $status
