# SPDX-License-Identifier: LGPL-2.1-or-later
# A host as a container: systemd-nspawn boots the overlay.
# shellcheck shell=bash

# container_start NAME: boots what lies in $state_dir/NAME.
container_start() {
    local name=$1 dir=$state_dir/$1 launch=() cgroup
    need_programs systemd-nspawn
    if [ -d /run/systemd/system ]; then
        # Here the cgroup tree belongs to systemd; it hands over a part of it.
        launch=(systemd-run --quiet --scope --collect --unit="podd-testhost-$name" --property=Delegate=yes)
        cgroup=$(cgroup2_mount)/system.slice/podd-testhost-$name.scope
    else
        cgroup=$(cgroup2_mount)/podd-testhost-$name
        enable_controllers "$(cgroup2_mount)"
        mkdir "$cgroup"
    fi
    echo "$cgroup" >"$dir/cgroup"
    # Mounts are made in a namespace of the host's own: they go when it goes, however it goes.
    setsid "${launch[@]}" unshare --mount --propagation private \
        "$source_dir/tests/host/launch" "$name" "$dir" "$cgroup" \
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

container_stop() {
    local dir=$state_dir/$1
    if [ -e "$dir/cgroup" ]; then
        end_cgroup "$(<"$dir/cgroup")"
    fi
    # Machines that have the old hierarchies too: systemd-nspawn makes the same folder in its own one.
    find /sys/fs/cgroup/systemd -depth -type d -path "*/podd-testhost-$1*" -exec rmdir {} + 2>/dev/null || true
    # What systemd-nspawn leaves when it is killed.
    rm -rf "/run/systemd/nspawn/propagate/podd-testhost-$1" "/run/systemd/nspawn/unix-export/podd-testhost-$1"
}
