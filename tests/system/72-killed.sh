# SPDX-License-Identifier: LGPL-2.1-or-later
# Killed at any point of its start, a pod leaves nothing, and the next start works.
# hosts: bookworm trixie
# timeout: 300
import_image busybox
drop_manifest killed <<'EOF'
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/busybox", "sleep", "1000"], "user": "0", "group": "0"}}]}
EOF
for delay in 0 0.002 0.004 0.006 0.008 0.010 0.015 0.020 0.030; do
    host_sh '
        systemctl reset-failed pod-killed pod-killed@a 2>/dev/null || true
        systemctl start --no-block pod-killed
        sleep "$1"
        systemctl kill --signal=KILL pod-killed pod-killed@a 2>/dev/null || true
        systemctl stop pod-killed pod-killed@a
        left=$(find /run/podd/pods /var/lib/podd/pods -mindepth 1)
        [ -z "$left" ] || { echo "killed after $1 s it left: $left"; exit 1; }
    ' "$delay"
    host_sh 'systemctl reset-failed pod-killed pod-killed@a 2>/dev/null || true; systemctl start pod-killed'
    wait_until 10 unit_is pod-killed@a active
    host systemctl stop pod-killed
done

say "stopped at any point of its start it ends at once"
for delay in 0 0.005 0.010 0.015 0.017 0.019 0.020 0.021 0.023 0.025 0.027 0.030 0.034 0.040 0.060; do
    host_sh '
        systemctl reset-failed pod-killed pod-killed@a 2>/dev/null || true
        systemctl start --no-block pod-killed
        sleep "$1"
        timeout 30 systemctl stop pod-killed || { echo "stopped after $1 s it does not end"; exit 1; }
        test -z "$(find /run/podd/pods /var/lib/podd/pods -mindepth 1)"
    ' "$delay"
done

say "what a run has left whose clean-up was killed goes with the next start"
host_sh 'systemctl reset-failed pod-killed pod-killed@a 2>/dev/null || true; systemctl start pod-killed'
wait_until 10 unit_is pod-killed@a active
host_sh '
    mkdir -p /root/kept
    cp -a /run/podd/pods/killed /root/kept/run
    cp -a /var/lib/podd/pods/* /root/kept/
    systemctl stop pod-killed
    cp -a /root/kept/run /run/podd/pods/killed
    cp -a /root/kept/*-*-*-*-* /var/lib/podd/pods/
    rm -r /root/kept
    systemctl start pod-killed
    test "$(ls /var/lib/podd/pods | wc -l)" = 1
    systemctl stop pod-killed'

say "K3: kill -9 of the pod's PID 1 ends it, and it starts again"
host systemctl start pod-killed
wait_until 10 unit_is pod-killed@a active
host systemctl kill --kill-whom=main --signal=KILL pod-killed
wait_until 10 host_sh '! systemctl is-active --quiet pod-killed pod-killed@a'
host_sh 'systemctl reset-failed pod-killed pod-killed@a; systemctl start pod-killed'
wait_until 10 unit_is pod-killed@a active
host systemctl stop pod-killed
