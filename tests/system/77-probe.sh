# SPDX-License-Identifier: LGPL-2.1-or-later
# Every setting of a manifest and of an image, seen from inside the app and from outside, and what is there without it: the
# table is probe/rows.py. What a setting changes is said there, and it changes nothing else.
# hosts: bookworm trixie
table=$source_dir/tests/system/probe/table.py
out=$TEST_TMP/table
mkdir "$out"
build_probe "$TEST_TMP/probe"
"$table" make "$TEST_TMP/probe" "$out"
copy "$out" /var/tmp/probe
clean_up() { tidy; host_sh 'rm -rf /var/tmp/probe /srv/probe; for name in plain:1 plain:2 full oci; do podctl image rm example.com/tried-$name >/dev/null; done'; }
trap clean_up EXIT
id=$(host_sh 'mkdir -p /srv/probe/owned; cd /srv/probe/owned; echo mine >mine; echo other >other; chown -R 1000:1001 .; chown 2000:2000 other
    cd /var/tmp/probe; for name in tried-plain-1 tried-plain-2 tried-full-1; do podctl import $name.aci; done >ids 2>&1; podctl import tried-oci-1.tar >ids-of-oci 2>&1
    grep -m 1 ^sha512- ids')
host_sh 'cd /var/tmp/probe; sed -i "s/ID of version 1/$1/" probe.json; cp probe.json probed.json /etc/podd/pods.d/; systemctl daemon-reload' "$id"
host_sh 'cd /etc/podd/pods.d; podctl verify probe.json probed.json 2>&1 || true' >"$out/verify"

say "every app starts, reports and ends well"
TEST_BEGIN=$(host date +%s.%N)
host systemctl start pod-probe pod-probed
for pod in probe probed; do
    wait_until 60 unit_is pod-$pod inactive
    assert_eq success "$(property pod-$pod Result)" "pod $pod"
done
host_sh 'journalctl --sync; journalctl -q --all -o json --since="@$1" -u "pod-probe@*" -u "pod-probed@*"' "$TEST_BEGIN" >"$out/said.json"
# shellcheck disable=SC2046
host systemctl show $("$table" units) >"$out/units"
host_sh 'readlink /proc/1/ns/*' >"$out/namespaces"
host_sh 'sed "s/.*) //" /proc/1/stat | cut -d " " -f 17' >"$out/nice"  # proc_pid_stat(5)

say "any other service finds the key that systemd leaves in its session keyring; no app does, also where it may look"
copy "$TEST_TMP/probe" /var/tmp/probe/probe
assert_eq ok "$(host systemd-run --quiet --wait --pipe /var/tmp/probe/probe key)"

# appc-conformance: 8, 12, 13
say "each row holds, with its setting and without, and changes nothing else"
"$table" check "$out" >&2
