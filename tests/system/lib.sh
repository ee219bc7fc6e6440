# SPDX-License-Identifier: LGPL-2.1-or-later
# What a system test has. tests/run sources it before the test; $HOST is a booted host with podd installed,
# $SUITE its suite, $KIND container or vm, $TEST_TMP a folder of the test's own on this machine.
#
# The head of a test says where it runs:
#   # hosts: bookworm trixie vm   suites, and "vm" when it also runs under each suite's own kernel, or "vm-only"
#   # smoke                       part of the short run on trixie
#   # full                        only in tests/run --full
#   # fresh                       wants a host that no other test has used, and leaves it unusable
#   # with: PACKAGE,...           wants a host of its own that has these Debian packages besides
#   # kernel: WORDS              wants a virtual machine of its own that has these words on its kernel's command line besides
#   # timeout: 300                seconds, 180 unless said
# A test fails when a command fails (set -e), or when it leaves anything behind.
# shellcheck shell=bash

# host CMD...: on the host, as root.
host() { "$TESTHOST" exec "$HOST" -- "$@"; }

# host_sh SCRIPT [ARG...]: a shell script on the host; its arguments are $1, $2, ...
host_sh() {
    local script=$1
    shift
    host sh -euc "$script" sh "$@"
}

# copy SRC DST: a file or folder of this machine to the host.
copy() { "$TESTHOST" copy "$HOST" "$1" "$2"; }

# host_file PATH [MODE]: writes stdin to a file on the host.
host_file() { host_sh 'mkdir -p "$(dirname "$1")" && cat >"$1" && chmod "$2" "$1"' "$1" "${2:-644}"; }

say() { printf '%s\n' "$*" >&2; }

fail() {
    say "FAILED: $*"
    exit 1
}

# skip REASON: counts as skipped, and is shown.
skip() {
    say "SKIPPED: $*"
    exit 77
}

assert_eq() { [ "$1" = "$2" ] || fail "${3:-not equal}: expected '$1', got '$2'"; }

assert_contains() { [[ $1 == *"$2"* ]] || fail "${3:-text is missing}: expected '$2' in: $1"; }

assert_not_contains() { [[ $1 != *"$2"* ]] || fail "${3:-text is there}: did not expect '$2' in: $1"; }

assert_matches() { [[ $1 =~ $2 ]] || fail "${3:-no match}: expected /$2/ in: $1"; }

# assert_fails CMD...: the command must fail; what it printed is in $output, its status in $status.
assert_fails() {
    status=0
    output=$("$@" 2>&1) || status=$?
    [ "$status" != 0 ] || fail "should have failed: $*; it printed: $output"
}

# assert_status N CMD...: the command must end with exactly this status; $output as above.
assert_status() {
    local expected=$1
    shift
    status=0
    output=$("$@" 2>&1) || status=$?
    [ "$status" = "$expected" ] || fail "status $status instead of $expected: $*; it printed: $output"
}

# wait_until SECONDS CMD...: tries the command until it succeeds. As for whole tests, an emulated host has three times as long.
wait_until() {
    local seconds=$1 deadline
    shift
    [ "$KIND" = container ] || seconds=$((seconds * 3))
    deadline=$((SECONDS + seconds))
    until "$@" >/dev/null 2>&1; do
        [ "$SECONDS" -lt "$deadline" ] || fail "not within $seconds s: $*"
        sleep 0.1
    done
}

# property UNIT NAME: as systemctl says it.
property() { host systemctl show --value --property="$2" "$1"; }

unit_is() { [ "$(property "$1" ActiveState)" = "$2" ]; }

# journal UNIT: what the unit has logged since the test began, text only.
journal() { host journalctl --sync >/dev/null && host journalctl --quiet --output=cat --since="@$TEST_BEGIN" --unit="$1"; }

# app_says POD APP: what the app itself has written since the test began. Lines of systemd come in between otherwise.
app_says() {
    host journalctl --sync >/dev/null
    host journalctl --quiet --output=cat --since="@$TEST_BEGIN" --unit="pod-$1@$2" --identifier="$2"
}

# servers FUNCTION ARG...: one of fetch/servers.sh, on the host.
servers() { host_sh "$(cat "$source_dir/tests/system/fetch/servers.sh")"$'\n''"$@"' "$@"; }

# drop_manifest POD: stdin becomes the manifest of a declared pod; it goes when the test ends.
drop_manifest() {
    host_file "/etc/podd/pods.d/$1.json"
    host systemctl daemon-reload
}

# image NAME FORMAT: makes an image of tests/images and prints its path on the host.
image() {
    local path=/var/tmp/images/$1.$2
    if ! host test -e "$path"; then
        "$source_dir/tests/images/make" "$1" "$2" "$TEST_TMP/image"
        copy "$TEST_TMP/image" "$path"
        rm -rf "$TEST_TMP/image"
    fi
    printf '%s\n' "$path"
}

# random_layout NAME SIZE OUT [ROOTFS.tar.gz]: an OCI layout on this machine, example.com/NAME, which sleeps: busybox, or that
# root file system, and a layer with a file of so many random bytes.
random_layout() {
    [ -n "${4-}" ] || "$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
    python3 -c 'import base64, json, os, sys
print(json.dumps({"name": "example.com/" + sys.argv[1], "version": "1", "exec": ["/bin/sleep", "1000"], "environment": {"PATH": "/bin"},
                  "files": {"random": base64.b64encode(os.urandom(int(sys.argv[2]))).decode()}}))' "$1" "$2" >"$TEST_TMP/$1.json"
    python3 "$source_dir/tests/images/pack.py" "${4-$TEST_TMP/busybox.tar.gz}" "$TEST_TMP/$1.json" oci "$3"
}

# import_image NAME [FORMAT]: has the image example.com/NAME in the store. It stays for the tests that follow.
import_image() {
    if ! host podctl image list 2>/dev/null | grep -q "example.com/$1\b"; then
        host podctl import "$(image "$1" "${2:-aci}")" >/dev/null
    fi
}

# build_probe OUT: the program of tests/probe, static. All of it at once: it is small, and its headers are not.
build_probe() {
    printf '#include "%s"\n' "$source_dir"/tests/probe/*.cpp | g++ -std=c++20 -O1 -static -x c++ - -o "$1"
}

# import_probe: has the image example.com/probe in the store: busybox and /bin/probe, see tests/probe/main.cpp. It stays.
import_probe() {
    ! host podctl image list 2>/dev/null | grep -q 'example.com/probe\b' || return 0
    mkdir -p "$TEST_TMP/probe/bin"
    build_probe "$TEST_TMP/probe/bin/probe"
    "$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/busybox.tar.gz"
    gzip -d "$TEST_TMP/busybox.tar.gz"
    tar -C "$TEST_TMP/probe" --owner=0 --group=0 --append -f "$TEST_TMP/busybox.tar" bin/probe
    copy "$TEST_TMP/busybox.tar" /var/tmp/probe.tar
    host podctl import /var/tmp/probe.tar --name=example.com/probe --exec=/bin/probe >/dev/null
    rm -r "$TEST_TMP/probe" "$TEST_TMP/busybox.tar"
    host rm /var/tmp/probe.tar
}

# json TEXT: as a JSON string.
json() { python3 -c 'import json, sys; print(json.dumps(sys.argv[1]))' "$1"; }

# tidy: ends what the test started. Tests need not call it; it runs when they end, however they end.
tidy() {
    host_sh '
        systemctl list-units --all --plain --no-legend --full "pod-*.service" "pod-*.socket" "podd-loopback*@*" "podd-proxy@*" | while read -r unit rest; do
            systemctl stop "$unit" || echo "$unit does not stop"
        done
        # The slice of a declared pod has no file where it sets nothing, and such a slice stays, empty.
        systemctl stop "machine-*.slice"
        rm -f /etc/podd/pods.d/* /run/podd/pods.d/* /usr/lib/podd/pods.d/*
        systemctl daemon-reload
        systemctl reset-failed
    '
}

# leftovers: prints what is there that was not there before any pod; nothing when all is well.
leftovers() {
    host_sh '
        systemctl list-units --all --plain --no-legend --full "pod-*" "machine-*.slice" "podd-fetch-*" "podd-import-*" "podd-verify-*" "podd-enter-*" "podd-loopback*@*" "podd-proxy@*" | grep -v "^pod-stop@" || test $? = 1
        machinectl list --no-legend
        ls -d /run/podd/pods/* /run/podd/netns/* /var/lib/podd/networks/* /var/lib/podd/tmp/* /run/systemd/system.control/pod-* 2>/dev/null || test $? = 2
        find /sys/fs/cgroup -maxdepth 2 -name "machine-*.slice"
        ip -o link | grep -o " podd[-_][^:@]*" || test $? = 1
        awk "\$5 ~ \"^/(var/lib|run)/podd/\" { print \$5 }" /proc/1/mountinfo
        ls -d /etc/systemd/system/pod-* /run/systemd/transient/pod-* 2>/dev/null || test $? = 2
    ' 2>&1
}
