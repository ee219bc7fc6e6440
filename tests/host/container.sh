# SPDX-License-Identifier: LGPL-2.1-or-later
# A host as a container: systemd-nspawn boots the overlay.
# shellcheck shell=bash

# container_disk NAME STATE: what the root's throw-away overlay is made of. An overlay cannot carry another
# overlay's upper layer, which is what a pod makes in /var, and cannot map ids, which volumes want: so these folders
# are copies on the disk.
disk_folders=(var srv home)
container_disk() {
    local name=$1 dir=$2
    mkdir -p "$dir"/{upper/etc,work,root,disk}
    if [ "$(stat --file-system --format=%T "$dir")" = overlayfs ]; then
        die "$state_dir is itself on an overlay; set PODD_TESTHOST_STATE to a folder on a disk or tmpfs"
    fi
    local folder
    for folder in "${disk_folders[@]}"; do
        cp -a --reflink=auto "$(<"$dir/lower")/$folder" "$dir/disk/$folder"
    done
    od -An -N16 -tx1 /dev/urandom | tr -d ' \n' >"$dir/upper/etc/machine-id"
    printf '%s\n' "$name" >"$dir/upper/etc/hostname"
    printf '127.0.0.1 localhost %s\n::1 localhost\n' "$name" >"$dir/upper/etc/hosts"
}

# container_start NAME: boots what lies in $state_dir/NAME.
container_start() {
    local name=$1 dir=$state_dir/$1 launch
    need_programs systemd-nspawn
    container_disk "$name" "$dir"
    mapfile -t launch < <(make_host_cgroup "$name")
    printf '%s\n' "${launch[0]}" >"$dir/cgroup"
    # Mounts are made in a namespace of the host's own: they go when it goes, however it goes.
    setsid "${launch[@]:1}" unshare --mount --propagation private \
        "$source_dir/tests/host/launch" "$name" "$dir" "${launch[0]}" \
        </dev/null >>"$dir/console.log" 2>&1 8>&- &
}

# container_leader NAME: the pid, seen from outside, of the host's PID 1. A reboot changes it.
container_leader() {
    local cgroup list pid
    cgroup=$(<"$state_dir/$1/cgroup")
    while read -r list; do
        while read -r pid; do
            if awk '$1 == "NSpid:" { exit !(NF == 3 && $3 == 1) }' "/proc/$pid/status" 2>/dev/null; then
                echo "$pid"
                return 0
            fi
        done <"$list"
    done < <(find "$cgroup" -path '*/payload*' -name cgroup.procs 2>/dev/null)
    return 1
}

# container_exec NAME CMD...: runs CMD as root on the host, in the scope of the host's PID 1, with the exact
# exit status. The namespaces are joined from outside, so it works before the bus does, and after.
container_exec() {
    local name=$1 leader scope
    shift
    leader=$(container_leader "$name") || die "host '$name' does not run"
    scope=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET)$(sed -n 's/^0:://p' "/proc/$leader/cgroup")
    { echo "$BASHPID" >"$scope/cgroup.procs"; } 2>/dev/null || say "cannot join $scope"
    exec 8>&-
    exec env --ignore-environment "${exec_environment[@]}" \
        nsenter --target "$leader" --mount --pid --net --uts --ipc --cgroup --root --wd "$@"
}

# container_cut NAME: kills all of it, and has it boot again.
container_cut() {
    local leader
    leader=$(container_leader "$1") || die "host '$1' does not run"
    touch "$state_dir/$1/cut"
    kill -KILL "$leader"
}

container_stop() {
    remove_host_cgroup "$1" "$state_dir/$1"
    # What systemd-nspawn leaves when it is killed.
    rm -rf "/run/systemd/nspawn/propagate/podd-testhost-$1" "/run/systemd/nspawn/unix-export/podd-testhost-$1"
}
