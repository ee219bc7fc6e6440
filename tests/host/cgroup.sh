# SPDX-License-Identifier: LGPL-2.1-or-later
# The cgroup that a host lives in. Every process of the host is in it, so that emptying it ends the host.
# shellcheck shell=bash

# cgroup2_mount: where the unified hierarchy is mounted; on machines that also have the old ones it is
# not /sys/fs/cgroup. Where nobody has mounted it, it is mounted for us.
cgroup2_mount() {
    local at
    at=$(findmnt --noheadings --first-only --types cgroup2 --output TARGET) || {
        at=/run/podd-testhost-cgroup
        mkdir -p "$at"
        mount -t cgroup2 none "$at"
    }
    printf '%s\n' "$at"
}

# make_host_cgroup NAME: prints the folder of the host's cgroup, and the words to put before a command so that it
# may use that folder: where systemd is PID 1 the tree belongs to it, and it hands over a part of it.
make_host_cgroup() {
    local name=$1 top
    top=$(cgroup2_mount)
    if [ -d /run/systemd/system ]; then
        printf '%s\n' "$top/system.slice/podd-testhost-$name.scope" systemd-run --quiet --scope --collect \
            --slice=system.slice --unit="podd-testhost-$name" --property=Delegate=yes --
    else
        enable_controllers "$top"
        mkdir "$top/podd-testhost-$name"
        printf '%s\n' "$top/podd-testhost-$name"
    fi
}

# remove_host_cgroup NAME STATE: ends every process of the host.
remove_host_cgroup() {
    if [ -e "$2/cgroup" ]; then
        end_cgroup "$(<"$2/cgroup")"
    fi
    # Machines that have the old hierarchies too: systemd-nspawn makes the same folder in its own one.
    if [ -d /sys/fs/cgroup/systemd ]; then
        find /sys/fs/cgroup/systemd -depth -type d -path "*/podd-testhost-$1" -o \
            -depth -type d -path "*/podd-testhost-$1/*" | while read -r folder; do rmdir "$folder"; done
    fi
}

# enable_controllers FOLDER: lets FOLDER's children use all that FOLDER has. Controllers that are taken by
# the old hierarchy, or cannot be delegated, are left out.
enable_controllers() {
    local controller
    for controller in $(<"$1/cgroup.controllers"); do
        { echo "+$controller" >"$1/cgroup.subtree_control"; } 2>/dev/null || continue
    done
}

# end_cgroup FOLDER: kills everything in it and removes it. Fine with one that is gone.
end_cgroup() {
    local folder=$1 deadline=$((SECONDS + 20))
    while [ -d "$folder" ]; do
        { echo 1 >"$folder/cgroup.kill"; } 2>/dev/null || kill_by_hand "$folder"
        find "$folder" -depth -type d -exec rmdir {} + 2>/dev/null && break
        [ "$SECONDS" -lt "$deadline" ] || die "processes in $folder do not end: $(cat "$folder"/cgroup.procs)"
        sleep 0.05
    done
}

# Kernels before 5.14 have no cgroup.kill.
kill_by_hand() {
    local list pid
    while read -r list; do
        while read -r pid; do
            kill -9 "$pid" 2>/dev/null || continue
        done <"$list"
    done < <(find "$1" -name cgroup.procs 2>/dev/null)
}
