# SPDX-License-Identifier: LGPL-2.1-or-later
# A pod whose manifest says so is started at boot, by links on its apps, and one that is broken does not harm the boot.
# hosts: bookworm trixie
# fresh
# timeout: 300
import_image busybox
drop_manifest boots <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0"}}],
 "annotations": [{"name": "podd.org/wanted-by", "value": "multi-user.target"}]}
EOF
drop_manifest waits <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
host_sh 'mkfifo /etc/podd/pods.d/fifo.json'
assert_eq "../pod-boots@a.service" "$(host readlink /run/systemd/generator/multi-user.target.wants/pod-boots@a.service)"
assert_eq inactive "$(property pod-boots ActiveState)"
"$TESTHOST" reboot "$HOST"
wait_until 30 unit_is pod-boots@a active
assert_eq active "$(property pod-boots ActiveState)"
assert_eq inactive "$(property pod-waits ActiveState)"
assert_contains "$(host machinectl list --no-legend)" boots

say "the link does not pin the sandbox: it ends with its last app"
host systemctl stop pod-boots@a
wait_until 10 unit_is pod-boots inactive
wait_until 10 host_sh '! machinectl show boots'
