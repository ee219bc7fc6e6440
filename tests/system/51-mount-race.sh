# SPDX-License-Identifier: LGPL-2.1-or-later
# B3, F2 and F4 of the attack table: a pod swaps a folder of a shared volume for a link to the host while another pod that
# mounts something beneath that folder starts. No mount ever lands outside, none of a pod's is seen on the host.
# hosts: bookworm trixie
# timeout: 300
import_image busybox
host_sh 'mkdir -p /srv/shared/real/dir /srv/inner /srv/outside/dir && echo canary >/srv/outside/file && chown -R 1000:1000 /srv/shared /srv/inner
    ln -sfn ../../../../../srv/outside /srv/shared/link'
before=$(host_sh 'find /srv/outside -printf "%p %y %m %U\n" | sort; awk "{ print \$5 }" /proc/1/mountinfo | sort')

volumes='"volumes": [{"name": "shared", "kind": "host", "source": "/srv/shared"}, {"name": "inner", "kind": "host", "source": "/srv/inner"}]'
drop_manifest attacker <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", $volumes,
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "cd /data; while :; do mv real away; mv link real; mv real link; mv away real; done"], "user": "0", "group": "0"},
           "mounts": [{"volume": "shared", "path": "/data"}]}]}
EOF
drop_manifest victim <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", $volumes,
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "mkdir -p /tmp/m; touch /data/real/dir/made; exec sleep 1000"], "user": "0", "group": "0"},
           "mounts": [{"volume": "shared", "path": "/data"}, {"volume": "inner", "path": "/data/real/dir"}]}]}
EOF
say "B3: 25 starts while the folder is swapped"
host systemctl start pod-attacker@a
started=0
for _ in $(seq 25); do
    host systemctl reset-failed
    if host systemctl start pod-victim@a 2>/dev/null; then started=$((started + 1)); fi
    assert_eq "$before" "$(host_sh 'find /srv/outside -printf "%p %y %m %U\n" | sort; awk "{ print \$5 }" /proc/1/mountinfo | sort')"
    host systemctl stop pod-victim
done
say "$started of 25 starts went through"
unit_is pod-attacker@a active || fail "the attacker has given up"
host systemctl stop pod-attacker

say "what one volume has in the way of another stays"
host_sh 'mkdir -p /srv/shared/taken/sub && echo mine >/srv/shared/taken/sub/file && echo x >/srv/inner/file && chown -R 1000:1000 /srv/inner'
drop_manifest taken <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11",
 "volumes": [{"name": "shared", "kind": "host", "source": "/srv/shared"}, {"name": "inner", "kind": "host", "source": "/srv/inner/file"}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"}, "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"},
           "mounts": [{"volume": "shared", "path": "/data"}, {"volume": "inner", "path": "/data/taken"}]}]}
EOF
assert_fails host systemctl start pod-taken
assert_contains "$(journal pod-taken.service)" '"/data/taken" lies in another volume'
assert_eq mine "$(host cat /srv/shared/taken/sub/file)"
host rm -rf /srv/shared /srv/inner /srv/outside
