# SPDX-License-Identifier: LGPL-2.1-or-later
# A machine of that name is already registered: the pod says whose it is, and starts once it has gone.
# hosts: bookworm trixie
import_image busybox
drop_manifest taken <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
host systemd-run --unit=squatter --service-type=exec sleep 1000
host_sh 'busctl call org.freedesktop.machine1 /org/freedesktop/machine1 org.freedesktop.machine1.Manager \
    CreateMachine "sayssusa(sv)" taken 0 squatter container "$(systemctl show -P MainPID squatter)" / 0' >/dev/null
assert_contains "$(host machinectl list --no-legend)" taken
assert_fails host systemctl start pod-taken
shown=$(host systemctl status --no-pager --full --lines=30 pod-taken 2>&1 || true)
assert_contains "$shown" 'machine "taken" is already registered'
assert_contains "$(host machinectl list --no-legend)" taken
host systemctl stop squatter
host machinectl terminate taken 2>/dev/null || true
wait_until 10 host_sh '! machinectl show taken'
host systemctl start pod-taken
wait_until 10 unit_is pod-taken@a active
assert_contains "$(host machinectl list --no-legend)" podd
