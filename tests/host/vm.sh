# SPDX-License-Identifier: LGPL-2.1-or-later
# A host as a virtual machine: QEMU boots the root under the suite's own kernel.
# shellcheck shell=bash

vm_ports=8

# vm_disk ROOT: an ext4 file of the root, its kernel and an initial ramdisk, made once beside the root.
vm_disk() {
    local root=$1
    [ ! -e "$root.vm/complete" ] || return 0
    (
        lock "$root.vm.lock"
        [ ! -e "$root.vm/complete" ] || exit 0
        need_programs mke2fs cpio busybox
        say "making the disk of $root ..."
        rm -rf "$root.vm"
        mkdir "$root.vm"
        cp "$root"/boot/vmlinuz-* "$root.vm/kernel"
        vm_initrd "$root" "$root.vm/initrd"
        mke2fs -q -t ext4 -L testhost -d "$root" "$root.vm/disk" 6G
        touch "$root.vm/complete"
    )
}

# vm_initrd ROOT FILE: what finds /dev/vda and goes on from there. modprobe knows the order of the modules.
vm_initrd() {
    local root=$1 file=$2 work release module number=100
    release=$(basename "$root"/lib/modules/*)
    work=$(mktemp -d)
    mkdir -p "$work"/{bin,modules,proc,sys,dev,root}
    cp "$(command -v busybox)" "$work/bin/busybox"
    for module in virtio_pci virtio_blk virtio_console crc32c_generic ext4; do
        # What is built in has no file; which it is differs between kernels.
        chroot "$root" modprobe --set-version="$release" --show-depends "$module" 2>/dev/null || continue
    done | awk -v root="$root" '$1 == "insmod" && !seen[$2]++ { print root $2 }' | while read -r module; do
        number=$((number + 1))
        case $module in
            *.xz) xz -dc "$module" >"$work/modules/$number.ko" ;;
            *.zst) zstd -qdc "$module" >"$work/modules/$number.ko" ;;
            *) cp "$module" "$work/modules/$number.ko" ;;
        esac
    done
    [ -n "$(ls "$work/modules")" ] || die "no kernel modules in $root"
    cat >"$work/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in /modules/*; do insmod "$module"; done
for try in $(seq 100); do [ ! -b /dev/vda ] || break; sleep 0.1; done
mount -t ext4 /dev/vda /root
umount /proc /sys
mount --move /dev /root/dev
exec switch_root /root /sbin/init
INIT
    chmod +x "$work/init"
    (cd "$work" && find . | cpio --quiet -o -H newc | gzip -1) >"$file"
    rm -rf "$work"
}

# vm_logged_disk DIR: arguments for a small disk that the host knows by its serial number "logged". Of all that is written
# to it, and each flush, DIR/writes keeps a log: from that follows what it holds when the power goes.
vm_logged_disk() {
    truncate --size=192M "$1/logged"
    truncate --size=0 "$1/writes"
    printf '%s\n' -blockdev "driver=file,node-name=logged-file,filename=$1/logged" \
        -blockdev "driver=file,node-name=writes-file,filename=$1/writes" \
        -blockdev driver=blklogwrites,node-name=logged,file=logged-file,log=writes-file \
        -device virtio-blk-pci,drive=logged,serial=logged
}

vm_start() {
    local name=$1 dir=$state_dir/$1 disk launch port logged
    need_programs qemu-system-x86_64 python3
    vm_disk "$(<"$dir/lower")"
    disk=$(<"$dir/lower").vm
    mapfile -t launch < <(make_host_cgroup "$name")
    printf '%s\n' "${launch[0]}" >"$dir/cgroup"
    # no_timer_check: an emulated processor that has to wait finds no interrupt of the timer when it first looks for one, and
    # then tries worse clocks. snapshot=on: what the host writes lies in a file without a name, and goes with QEMU.
    local qemu=(qemu-system-x86_64 -name "podd-testhost-$name" -machine q35 -accel "${PODD_TESTHOST_ACCEL:-tcg,thread=multi}"
        -cpu max -smp 2 -m 2048 -nodefaults -no-user-config -display none -serial "file:$dir/console.log"
        -drive "file=$disk/disk,format=raw,if=none,id=root,snapshot=on" -device virtio-blk-pci,drive=root -kernel "$disk/kernel" -initrd "$disk/initrd"
        -device virtio-rng-pci -device "virtio-serial-pci,max_ports=$((vm_ports + 1))"
        -append "root=/dev/vda rw console=ttyS0 panic=-1 loglevel=4 no_timer_check rcupdate.rcu_cpu_stall_suppress=1 systemd.show_status=false systemd.hostname=$name systemd.machine_id=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n') $(<"$dir/kernel")")
    mapfile -t logged < <(vm_logged_disk "$dir")
    qemu+=("${logged[@]}")
    for port in $(seq $vm_ports); do
        qemu+=(-chardev "socket,id=port$port,path=$dir/port.$port,server=on,wait=off"
            -device "virtserialport,chardev=port$port,name=podd.$port")
    done
    TMPDIR=$dir setsid "${launch[@]:1}" bash -c 'echo $$ >"$1/cgroup.procs" && shift && exec "$@"' bash "${launch[0]}" \
        "${qemu[@]}" </dev/null >>"$dir/qemu.log" 2>&1 8>&- &
}

# vm_leader NAME: the pid of QEMU.
vm_leader() {
    local cgroup
    cgroup=$(cat "$state_dir/$1/cgroup" 2>/dev/null) && head -n 1 "$cgroup/cgroup.procs" 2>/dev/null | grep .
}

vm_exec() {
    local name=$1
    shift
    exec 8>&-
    exec "$source_dir/tests/host/vm-exec" "$state_dir/$name" "${vm_wait:-60}" "${exec_environment[@]}" -- "$@"
}

# vm_cut NAME: resets the machine; its disk keeps what had been written.
vm_cut() { run_on "$1" sh -c 'echo b >/proc/sysrq-trigger' || true; }

vm_stop() { remove_host_cgroup "$1" "$state_dir/$1"; }
