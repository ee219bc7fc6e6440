# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie vm
# smoke
# The host is what the other tests take for granted: a systemd of the suite, machined, cgroup v2 and podd's package.

assert_eq "$SUITE" "$(host sh -c '. /etc/os-release; echo "${VERSION_CODENAME:-sid}"')"
assert_eq cgroup2fs "$(host stat -fc %T /sys/fs/cgroup)"
assert_not_contains "$(host stat -fc %T /var/lib/podd)" overlay
assert_eq "install ok installed" "$(host dpkg-query --show --showformat='${Status}' podd)"
assert_eq "" "$(host systemctl list-units --failed --plain --no-legend)"
assert_status 7 host sh -c 'exit 7'
assert_eq "through" "$(echo through | host cat)"
assert_eq "" "$(host machinectl list --no-legend)"
