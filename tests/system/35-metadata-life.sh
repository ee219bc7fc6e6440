# SPDX-License-Identifier: LGPL-2.1-or-later
# The metadata service over time: it starts with the first pod, loses none when it is restarted or killed, forgets
# each with the end of its first process however that ends, and pods start without it.
# hosts: bookworm trixie
import_image busybox

live_pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [${2:-}],
 "apps": [{"name": "a", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sh", "-c", "echo url \$AC_METADATA_URL; exec sleep 1000"], "user": "0", "group": "0"}}]}
EOF
    host systemctl start "pod-$1@a"
}
url_of() { app_says "$1" a | sed -n 's/^url //p'; }
in_pod() {
    local pod=$1
    shift
    host_sh 'main=$(systemctl show --value --property=MainPID "pod-$1@a"); shift
        exec nsenter --target "$main" --net curl --silent --fail --max-time 5 "$@"' "$pod" "$@"
}
kept() { property podd-metadata NFileDescriptorStore; }
kept_is() { [ "$(kept)" = "$1" ]; }
sockets() { host_sh 'ls -l "/proc/$(systemctl show --value --property=MainPID podd-metadata)/fd" | grep -c pidfd' || true; }
put_back() {
    tidy
    host systemctl start podd-metadata.socket
}
trap put_back EXIT

say "nothing runs before a pod needs it"
host systemctl stop podd-metadata.service
live_pod plain '{"name": "podd.org/metadata", "value": "false"}'
unit_is podd-metadata.service inactive || fail "the service runs for a pod without"

say "the first pod starts it"
live_pod first
live_pod second
wait_until 10 kept_is 6
first=$(url_of first)/acMetadata/v1 second=$(url_of second)/acMetadata/v1
uuid=$(in_pod first "$first/pod/uuid")
signature=$(in_pod first --data content=hello "$first/pod/hmac/sign")
verify() { in_pod second --data-urlencode content=hello --data "uuid=$uuid" --data-urlencode "signature=$signature" "$second/pod/hmac/verify"; }
verify

say "a restart, and a death by signal, lose neither pods nor key"
host systemctl restart podd-metadata
assert_eq "$uuid" "$(in_pod first "$first/pod/uuid")" "after a restart"
verify
main=$(property podd-metadata MainPID)
host kill -KILL "$main"
assert_eq "$uuid" "$(in_pod first --retry 5 --retry-connrefused "$first/pod/uuid")" "after kill -9"
[ "$(property podd-metadata MainPID)" != "$main" ] || fail "it was not restarted"
verify
assert_eq 6 "$(kept)"

say "the end of a pod, in order or by kill -9, is the end of its record"
host systemctl stop pod-first
wait_until 5 kept_is 3
assert_fails in_pod second "$first/pod/uuid"
host systemctl kill --kill-whom=main --signal=KILL pod-second
wait_until 5 kept_is 0
assert_eq 0 "$(sockets)"
host systemctl reset-failed 'pod-*'

say "a pod that ends while the service is dead is not served by the next one"
live_pod third
live_pod fourth
wait_until 5 kept_is 6
host_sh 'mkdir -p /run/systemd/system/podd-metadata.service.d
    printf "[Service]\nRestartSec=2\n" >/run/systemd/system/podd-metadata.service.d/test.conf
    systemctl daemon-reload
    kill -KILL "$(systemctl show --value --property=MainPID podd-metadata)"
    systemctl stop pod-third
    rm -r /run/systemd/system/podd-metadata.service.d; systemctl daemon-reload'
wait_until 10 kept_is 3
assert_matches "$(in_pod fourth --retry 5 --retry-connrefused "$(url_of fourth)/acMetadata/v1/pod/uuid")" '-'

say "a key that is damaged stops the service, and says so"
host_sh 'cp -a /var/lib/podd-metadata/key /run/key.saved; truncate -s 10 /var/lib/podd-metadata/key'
assert_fails host systemctl restart podd-metadata
host_sh 'systemctl stop podd-metadata; mv /run/key.saved /var/lib/podd-metadata/key; systemctl reset-failed'
assert_contains "$(journal podd-metadata)" '/var/lib/podd-metadata/key" is no key'

say "without the service: who asks for it does not start, an ACI starts and is told nothing"
host systemctl stop podd-metadata.socket
host systemctl stop pod-fourth
live_pod offered
assert_contains "$(journal pod-offered)" 'starts without metadata'
assert_fails live_pod required '{"name": "podd.org/metadata", "value": "true"}'
assert_contains "$(journal pod-required)" "run 'systemctl enable --now podd-metadata.socket'"
