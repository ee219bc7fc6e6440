# SPDX-License-Identifier: LGPL-2.1-or-later
# The metadata service, asked from inside pods: every document of the specification, signatures, tokens, and what a
# pod can neither learn of another nor do to it. Appc executor, appendix B, item 17.
# hosts: bookworm trixie
# smoke

# An ACI with a manifest that no program would write like this.
mkdir -p "$TEST_TMP/knows/rootfs"
"$source_dir/tests/images/make" busybox rootfs "$TEST_TMP/rootfs.tar.gz"
tar -C "$TEST_TMP/knows/rootfs" -xzf "$TEST_TMP/rootfs.tar.gz"
cat >"$TEST_TMP/knows/manifest" <<'EOF'
{ "acKind" : "ImageManifest", "acVersion": "0.8.11",
    "name":"example.com/knows", "unknown": [1.50, {"ü": null}],
    "annotations": [ {"name":"example.com/of","value":"the image"}, {"name":"example.com/kept","value":"1"} ] }
EOF
tar -C "$TEST_TMP/knows" --numeric-owner --owner=0 --group=0 -czf "$TEST_TMP/knows.aci" manifest rootfs
copy "$TEST_TMP/knows.aci" /var/tmp/knows.aci
host podctl import /var/tmp/knows.aci >/dev/null
clean_up() {
    tidy
    host_sh 'rm -f /var/tmp/knows.aci /var/tmp/clash.json /var/tmp/form*; podctl image rm example.com/knows >/dev/null'
}
trap clean_up EXIT

# metadata_pod NAME MEMBERS: its app says what its environment is, and asks as itself once.
script='echo "url $AC_METADATA_URL"; echo "uuid $(wget -qO- "$AC_METADATA_URL/acMetadata/v1/pod/uuid")"; echo end; exec sleep 1000'
metadata_pod() {
    drop_manifest "$1" <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "example.com/role", "value": "front"}$2],
 "apps": [{"name": "a", "image": {"name": "example.com/knows"}, "annotations": [{"name": "example.com/of", "value": "the app"}],
           "app": {"exec": ["/bin/sh", "-c", $(json "$script")], "user": "33", "group": "33",
                   "environment": [{"name": "AC_METADATA_URL", "value": "http://192.0.2.1/forged"}]}}]}
EOF
    host systemctl start "pod-$1@a"
    wait_until 20 host_sh 'journalctl --sync; journalctl -q -o cat --since="@$2" -u "pod-$1@a" | grep -qx end' "$1" "$TEST_BEGIN"
}
url_of() { app_says "$1" a | sed -n 's/^url //p'; }

# in_pod NAME CURL-ARG...: as an app would, with a client that shows everything.
in_pod() {
    local pod=$1
    shift
    host_sh 'main=$(systemctl show --value --property=MainPID "pod-$1@a"); shift
        exec nsenter --target "$main" --net curl --silent --max-time 5 "$@"' "$pod" "$@"
}
# code NAME CURL-ARG...: the status alone.
code() { in_pod "$1" --output /dev/null --write-out '%{http_code}' "${@:2}"; }

say "an app finds the service, which knows its pod; no image can pretend to be it"
metadata_pod one ''
metadata_pod two ', {"name": "podd.org/metadata", "value": "true"}'
url=$(url_of one) other=$(url_of two)
# The specification wants 128 bits of a token at least.
assert_matches "$url" '^http://127\.0\.0\.1:18112/[0-9a-f]{64}$'
[ "$url" != "$other" ] || fail "two pods have one token"
uuid=$(app_says one a | sed -n 's/^uuid //p')
assert_matches "$uuid" '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$'
assert_contains "$(property pod-one StatusText)" "$uuid"
base=$url/acMetadata/v1

# appc-conformance: 1, 17
say "each document, with its type"
types=$(for path in pod/annotations pod/annotations/example.com/role pod/manifest pod/uuid apps/a/annotations apps/a/image/id apps/a/image/manifest; do
    in_pod one --output /dev/null --write-out "$path %{http_code} %{content_type}\n" "$base/$path"
done)
assert_eq 'pod/annotations 200 application/json
pod/annotations/example.com/role 200 text/plain; charset=us-ascii
pod/manifest 200 application/json
pod/uuid 200 text/plain; charset=us-ascii
apps/a/annotations 200 application/json
apps/a/image/id 200 text/plain; charset=us-ascii
apps/a/image/manifest 200 application/json' "$types"
assert_eq "$uuid" "$(in_pod one --header 'Metadata-Flavor: AppContainer' "$base/pod/uuid")"
assert_eq front "$(in_pod one "$base/pod/annotations/example.com/role")"
assert_eq '[{"name":"example.com/role","value":"front"}]' "$(in_pod one "$base/pod/annotations")"
assert_eq '[{"name":"example.com/of","value":"the app"},{"name":"example.com/kept","value":"1"}]' "$(in_pod one "$base/apps/a/annotations")"
id=$(host podctl image list --no-legend --full | awk '/example.com\/knows/ { print $1 }')
assert_eq "$id" "$(in_pod one "$base/apps/a/image/id")"
assert_eq "$id" "$(in_pod one "$base/pod/manifest" | jq -r '.apps[0].image.id')"
in_pod one "$base/apps/a/image/manifest" >"$TEST_TMP/served"
cmp "$TEST_TMP/served" "$TEST_TMP/knows/manifest" || fail "the image's manifest is not served as it came"
assert_eq "" "$(in_pod one --head "$base/pod/uuid" | sed '1,/^\r$/d')"

# appc-conformance: 17
say "an answer takes less than 100 ms, half of 20 at least: a busy host lets some of them wait"
median=$(for path in pod/uuid pod/manifest pod/annotations apps/a/image/manifest; do
    for try in 1 2 3 4 5; do in_pod one --output /dev/null --write-out '%{time_total}\n' "$base/$path"; done
done | sort -n | sed -n 10p)
awk -v took="$median" 'BEGIN { exit !(took > 0 && took < 0.1) }' || fail "half of the answers took longer than $median s"

say "what is wrong is said by its status"
for row in "404 $base/nothing" "404 $base/apps/b/image/id" "404 $url" "405 $base/pod/hmac/sign" "401 ${url%?}/acMetadata/v1/pod/uuid" \
    "401 http://127.0.0.1:18112/acMetadata/v1/pod/uuid" "401 http://127.0.0.1:18112/$uuid/acMetadata/v1/pod/uuid"; do
    assert_eq "${row%% *}" "$(code one "${row#* }")" "$row"
done
assert_eq 405 "$(code one --request DELETE "$base/pod/uuid")"
assert_eq 401 "$(code one --data content=hello "http://127.0.0.1:18112/x/acMetadata/v1/pod/hmac/sign")"

# appc-conformance: 17
say "the token of one pod opens nothing at the socket of the other"
assert_eq 401 "$(code two "$base/pod/uuid")"
assert_eq 401 "$(code two --data content=hello "$base/pod/hmac/sign")"
assert_eq 401 "$(code one "$other/acMetadata/v1/pod/manifest")"

# appc-conformance: 17
say "what one pod has signed the other can verify; nobody signs as somebody else"
signature=$(in_pod one --data-urlencode 'content=a & b' "$base/pod/hmac/sign")
assert_eq 64 "$(base64 -d <<<"$signature" | wc -c)"
verify() { code "$1" --data-urlencode "content=$2" --data-urlencode "uuid=$3" --data-urlencode "signature=$4" "$(url_of "$1")/acMetadata/v1/pod/hmac/verify"; }
two=$(app_says two a | sed -n 's/^uuid //p')
assert_eq 200 "$(verify two 'a & b' "$uuid" "$signature")"
assert_eq 403 "$(verify two 'a & c' "$uuid" "$signature")"
assert_eq 403 "$(verify two 'a & b' "$two" "$signature")"
forged=$(in_pod two --data-urlencode 'content=a & b' --data "uuid=$uuid" "$other/acMetadata/v1/pod/hmac/sign")
assert_eq 403 "$(verify one 'a & b' "$uuid" "$forged")"
assert_eq 400 "$(verify one '' "$uuid" "$signature")"
assert_eq 400 "$(verify one 'a & b' "$uuid" '*')"
assert_eq 400 "$(code one --data uuid=x "$base/pod/hmac/sign")"
assert_eq 415 "$(code one --header 'Content-Type: application/json' --data '{"content": "x"}' "$base/pod/hmac/sign")"

say "too much is refused, and whoever floods the service only waits for itself"
host_sh '{ printf content=; head -c 1048576 /dev/zero | tr "\0" x; } >/var/tmp/form; { cat /var/tmp/form; printf x; } >/var/tmp/form-large'
assert_eq 200 "$(code one --data @/var/tmp/form "$base/pod/hmac/sign")"
assert_eq 413 "$(code one --data @/var/tmp/form-large "$base/pod/hmac/sign")"
assert_matches "$(code one --header "X: $(printf '%020000d' 0)" "$base/pod/uuid" || true)" '^(000|4[0-9][0-9])'
main=$(property pod-two@a MainPID)
host_sh 'rm /var/tmp/form*; nohup nsenter --target "$1" --net bash -c "
    for i in {1..60}; do exec {fd}<>/dev/tcp/127.0.0.1/18112 && printf GET >&\$fd; done; sleep 20" >/dev/null 2>&1 & echo $! >/run/flood' "$main"
sleep 0.5
assert_eq "$uuid" "$(in_pod one --max-time 2 "$base/pod/uuid")" "while another pod floods the service"
host_sh 'pid=$(cat /run/flood); rm /run/flood; kill "$pid" $(pgrep --parent "$pid")' || true

say "a pod without has no socket, no variable, no record, and is as it says"
metadata_pod off ', {"name": "podd.org/metadata", "value": "false"}'
assert_eq 'http://192.0.2.1/forged' "$(url_of off)" "nobody but the image says anything"
assert_fails in_pod off http://127.0.0.1:18112/
host_sh 'test ! -e /run/podd/pods/off/metadata.json; test -e /run/podd/pods/one/metadata.json'
assert_eq 600 "$(host stat -c %a /run/podd/pods/one/metadata.json)"
[ -z "$(host ss -Hltn 'sport = 18112')" ] || fail "the host has a listening socket"

say "in the host's network there is none: asked for it is refused, and an ACI starts without"
host_file /var/tmp/clash.json <<EOF
{"acKind": "PodManifest", "acVersion": "0.8.11", "annotations": [{"name": "podd.org/network", "value": "host"}, {"name": "podd.org/metadata", "value": "true"}],
 "apps": [{"name": "a", "image": {"name": "example.com/knows"}}]}
EOF
assert_fails host podctl verify /var/tmp/clash.json
assert_contains "$output" "/annotations/1: found \"podd.org/metadata\" with the host's network"
metadata_pod outside ', {"name": "podd.org/network", "value": "host"}'
assert_eq 'http://192.0.2.1/forged' "$(url_of outside)"
[ -z "$(host ss -Hltn 'sport = 18112')" ] || fail "the host has a listening socket"

say "the service has no rights"
exposure=$(host systemd-analyze security --no-pager podd-metadata.service | sed -n 's/.*Overall exposure level.*: \([0-9.]*\).*/\1/p')
awk -v exposure="$exposure" 'BEGIN { exit !(exposure != "" && exposure <= 2.0) }' || fail "systemd-analyze security says $exposure"
assert_eq "podd-metadata $(host stat -c %s /var/lib/podd-metadata/key) 600" "$(host stat -c '%U %s %a' /var/lib/podd-metadata/key)"
main=$(property podd-metadata MainPID)
assert_eq 0000000000000000 "$(host sed -n 's/^CapEff:\t//p' "/proc/$main/status")"
assert_eq podd-metadata "$(host stat -c %U "/proc/$main")"
