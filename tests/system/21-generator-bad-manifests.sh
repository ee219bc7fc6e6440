# SPDX-License-Identifier: LGPL-2.1-or-later
# G1 G2 G3 G8: what cannot be a manifest gives one line and no unit, and never stops the others or the boot.
# hosts: bookworm trixie
# smoke
generator=/usr/lib/systemd/system-generators/podd-generator
good='{"acKind": "PodManifest", "acVersion": "0.8.11", "apps": [{"name": "one", "image": {"name": "example.com/x"}}]}'
host_sh '
    good=$1
    mkdir -p /etc/podd/pods.d /usr/lib/podd/pods.d && cd /etc/podd/pods.d
    mkfifo fifo.json
    mkdir folder.json
    ln -s /dev/zero device.json
    ln -s loop.json loop.json
    ln -s nowhere dangling.json
    mknod block.json b 7 0 2>/dev/null || ln -s /dev/full block.json
    perl -MIO::Socket::UNIX -e "IO::Socket::UNIX->new(Local => q(socket.json), Listen => 1)"
    head -c 10000000 /dev/zero | tr "\0" " " >big.json
    head -c 1000000 /dev/zero | tr "\0" "[" >deep.json
    head -c 4000 /dev/urandom >random.json
    printf "{\"acKind\": \"PodManifest\", \"acKind\": \"PodManifest\"}" >doubled.json
    printf "%s" "$good" | head -c 60 >half.json
    for name in UPPER -dash dash- "a b" a.b x.service 12345 localhost host gateway "a\\x2fb" "$(hostname)"; do
        printf "%s" "$good" >"$name.json"
    done
    printf "%s" "$good" >"../../../etc/podd/pods.d/..%2f..%2fevil.json"
    printf "%s" "$good" >twice.json
    printf "%s" "$good" >twice.yaml
    printf "%s" "$good" >loose.json && chmod 666 loose.json
    printf "%s" "$good" >users.json && chown daemon users.json
    # what editors and package managers leave is no problem at all
    for name in .hidden.json web.json~ web.json.dpkg-old web.json.bak README; do echo junk >"$name"; done
    printf "%s" "$good" >web.json
    printf "%s" "$good" >/usr/lib/podd/pods.d/lower.json
    printf "%s" "$good" >/usr/lib/podd/pods.d/half.json
' "$good"
begin=$SECONDS
host systemctl daemon-reload
[ $((SECONDS - begin)) -le 10 ] || fail "daemon-reload took $((SECONDS - begin)) s"
assert_eq "pod-lower.service pod-lower@one.service pod-web.service pod-web@one.service " \
    "$(host_sh 'cd /run/systemd/generator && ls -d pod-* | tr "\n" " "')"
assert_eq "" "$(host_sh 'find / -xdev -name "*evil*.service" -not -path "/proc/*"')"
assert_eq running "$(host systemctl is-system-running)"

say "each gives one line that names it, and exit status 1"
host_sh 'mkdir -p /tmp/root/etc/podd /tmp/out && cp -a /etc/podd/pods.d /tmp/root/etc/podd/'
assert_status 1 host "$generator" --root=/tmp/root /tmp/out
host_sh 'rm -r /tmp/root /tmp/out'
bad="fifo folder device loop dangling block socket big deep random doubled half UPPER -dash dash- a.b x.service 12345
    localhost host gateway $(host hostname) twice loose users"
for name in $bad; do
    assert_eq 1 "$(grep -cF "/pods.d/$name.json: " <<<"$output")" "lines about $name.json"
done
assert_eq "$(($(wc -w <<<"$bad") + 2))" "$(wc -l <<<"$output")" "lines in all"  # and "a b", "a\x2fb"
assert_contains "$output" "/fifo.json: found a FIFO, wanted a regular file"
assert_contains "$output" "/big.json: found 10000000 bytes, wanted at most 4194304"
assert_contains "$output" "/half.json: line 1, column "
assert_contains "$output" "/users.json: found a file of uid 1 "

say "podctl verify says the same"
for name in fifo big deep half UPPER; do
    assert_status 1 host podctl verify "/etc/podd/pods.d/$name.json"
    assert_contains "$output" "/etc/podd/pods.d/$name.json: "
done
assert_status 0 host podctl verify --manifest-only /etc/podd/pods.d/web.json
host_sh 'rm -rf /etc/podd/pods.d && mkdir /etc/podd/pods.d'
