#!/bin/sh
# qemu_kaslr - QEMU, with the packed kernel that lies beside the unpacked one, and without "nokaslr": it is the code that
# unpacks a kernel that moves it, which an unpacked one begins without. As SXP_QEMU.
n=$#
while [ "$n" -gt 0 ]; do
	a=$1
	shift
	case $a in
	*/vmlinux) a=${a%x}z ;;
	*" nokaslr "*) a="${a%% nokaslr *} ${a#* nokaslr }" ;;
	esac
	set -- "$@" "$a"
	n=$((n - 1))
done
exec qemu-system-x86_64 "$@"
