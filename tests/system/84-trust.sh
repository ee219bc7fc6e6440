# SPDX-License-Identifier: LGPL-2.1-or-later
# Keys that are trusted by prefix or for all, ACIs that they have signed, and everything that is no good signature: each
# is refused with its reason and leaves nothing in the store.
# hosts: bookworm trixie
aci=/var/tmp/trust/app.aci
"$source_dir/tests/images/make" busybox aci "$TEST_TMP/trust.aci"
"$source_dir/tests/system/trust/make-keys.sh" "$TEST_TMP/trust" "$TEST_TMP/trust.aci"
mv "$TEST_TMP/trust.aci" "$TEST_TMP/trust/app.aci"
copy "$TEST_TMP/trust" /var/tmp/trust
fpr() { cat "$TEST_TMP/trust/$1.fpr"; }
trap 'host rm -rf /etc/podd/trustedkeys/root.d /etc/podd/trustedkeys/prefix.d /usr/lib/podd/trustedkeys /var/tmp/trust; host podctl -q image rm example.com/busybox 2>/dev/null || true; tidy' EXIT
host podctl -q image rm example.com/busybox 2>/dev/null || true

# signed CASE: imports the image with that signature.
signed() { host podctl import --signature="/var/tmp/trust/$1.sig.asc" "${2:-$aci}"; }
images() { host podctl image list --json=short | jq -r ".[] | [.id, .name, .verification.kind] | @tsv"; }
before=$(images)
# refused CASE REASON [FILE]: nothing of the image stays.
refused() {
    assert_status 1 signed "$1" "${3:-$aci}"
    assert_contains "$output" "$2" "$1"
    assert_contains "$output" "hint: " "$1"
    assert_eq "$before" "$(images)" "$1"
    assert_eq "" "$(host ls /var/lib/podd/tmp)" "$1"
}

say "a key is trusted by whoever looks at its fingerprint"
assert_status 1 host podctl trust --prefix=example.com /var/tmp/trust/good.asc </dev/null
assert_contains "$output" "--skip-fingerprint-review"
assert_contains "$output" "Podd good <good@example.com>"
assert_contains "$output" "$(fpr good | sed 's/..../& /g; s/ $//')"
assert_status 1 host podctl trust /var/tmp/trust/good.asc
assert_contains "$output" "--root"
assert_eq "" "$(host podctl --no-legend trust list)"

on_terminal() { host_sh '(sleep 2; printf "%s\n" "$1"; sleep 1) | script -qefc "podctl trust --prefix=example.com/asked /var/tmp/trust/good.asc" /dev/null' "$1"; }
assert_fails on_terminal no
assert_contains "$output" "the key is not trusted: you said no"
assert_eq "" "$(host podctl --no-legend trust list)"
output=$(on_terminal yes)
assert_contains "$output" "Are you sure you want to trust this key (yes/no)?"
assert_contains "$(host podctl --no-legend trust list)" "$(fpr good)"
host podctl -q trust rm --prefix=example.com/asked "$(fpr good)"
assert_fails host test -e /etc/podd/trustedkeys/prefix.d/example.com%asked

trust() { host podctl trust --skip-fingerprint-review "$@"; }
output=$(trust --prefix=example.com/busybox /var/tmp/trust/good.asc 2>&1)
assert_contains "$output" "/etc/podd/trustedkeys/prefix.d/example.com%busybox/$(fpr good)"
trust --prefix=example.com/other /var/tmp/trust/other.asc
trust --root /var/tmp/trust/expired.asc /var/tmp/trust/subkey.asc
assert_contains "$(trust --root /var/tmp/trust/expired.asc 2>&1)" EXPIRED
assert_eq "644 root" "$(host stat -c '%a %U' "/etc/podd/trustedkeys/root.d/$(fpr expired)")"
assert_eq "$(fpr subkey)" "$(host podctl --json=short trust list --root | jq -r '.[].fingerprint' | grep "$(fpr subkey)")"

say "what is no key, or no good one"
assert_status 1 trust --root /var/tmp/trust/secret.asc
assert_contains "$output" "it holds a secret key"
assert_status 1 trust --root /var/tmp/trust/app.aci
assert_status 1 trust --root /var/tmp/trust/revoked.asc
assert_contains "$output" "has been revoked by its owner"
assert_status 1 trust --prefix=../../x /var/tmp/trust/good.asc
assert_contains "$output" 'prefix "../../x"'
# One that was good when it came. Its file is made as the revoked one is now.
host cp /var/tmp/trust/revoked.asc "/etc/podd/trustedkeys/root.d/$(fpr revoked)"

# appc-conformance: 3
say "everything that is no good signature"
refused unknown "by key $(fpr unknown), which is not trusted for any image"
refused other "signed by key $(fpr other), which is not trusted for that name"
refused expired "by key $(fpr expired), which expired on"
refused revoked "by key $(fpr revoked), which its owner has revoked"
refused sha1 "over a SHA1 digest, which can be forged"
refused old "expired on"
refused future "which is to come"
refused two "holds 2 signatures"
refused clear "is a clear-signed message"
refused inline "signature"
refused truncated "ends in the middle of the signature"
refused truncated-binary "holds no detached OpenPGP signature"
refused empty "holds no detached OpenPGP signature"
refused noise "holds no detached OpenPGP signature"
host sh -c "cp $aci /var/tmp/trust/changed.aci && printf x >>/var/tmp/trust/changed.aci"
refused good "is of another file than this, or one of the two was changed" /var/tmp/trust/changed.aci
assert_status 1 signed good /var/tmp/trust
assert_contains "$output" "only a file can be checked against a signature"
assert_status 1 host sh -c "cat $aci | podctl import --signature=/var/tmp/trust/good.sig.asc -"
assert_contains "$output" "only a file can be checked against a signature"

say "a key file with another key than its name says is nobody's"
host cp /var/tmp/trust/unknown.asc "/etc/podd/trustedkeys/root.d/$(fpr other)"
assert_status 1 signed good
assert_contains "$output" "found key $(fpr unknown), wanted the one that the file is named after"
host rm "/etc/podd/trustedkeys/root.d/$(fpr other)"

# appc-conformance: 3
say "good ones: by the key, by a part of it, armored or not"
for case in good binary subkey; do
    host podctl -q image rm example.com/busybox 2>/dev/null || true
    signed "$case" >/dev/null
done
verification() { host podctl --json=short image list | jq -c '.[] | select(.name == "example.com/busybox") | .verification'; }
assert_eq "{\"kind\":\"signed\",\"by\":\"$(fpr subkey)\"}" "$(verification)"
assert_eq "" "$(host sh -c 'ls -d /tmp/podd-keyring* /root/.gnupg 2>/dev/null' || true)"

say "a signature of an image that is there is looked at as any"
before=$(images)
refused other "signed by key $(fpr other), which is not trusted for that name"
signed subkey >/dev/null
assert_eq "{\"kind\":\"signed\",\"by\":\"$(fpr subkey)\"}" "$(verification)"

say "a file that was changed after it was checked"
assert_fails host_sh '/usr/lib/podd/importer import --store=/var/tmp/trust/store --options="$1" <"$2"' \
    "{\"signed\":{\"fingerprint\":\"$(fpr good)\",\"sha256\":\"$(printf %064d 0)\"}}" $aci
assert_contains "$output" "the file was changed after its signature had been checked"
assert_eq "" "$(host ls /var/tmp/trust/store/images)"

say "the verifier has no rights"
host truncate -s 4G /var/tmp/trust/big
host_sh 'podctl import --signature=/var/tmp/trust/good.sig.asc /var/tmp/trust/big >/var/tmp/trust/log 2>&1 & echo $! >/var/tmp/trust/pid'
verifier_pid() { host systemctl show --value --property=MainPID 'podd-verify-*' | grep -x '[1-9][0-9]*'; }
wait_until 10 verifier_pid
pid=$(verifier_pid)
# gpgme forks twice, so gpg is no child of the verifier's.
gpg_there() { host pgrep -x gpg; }
wait_until 10 gpg_there
for process in $pid $(gpg_there); do
    facts=$(host cat "/proc/$process/status")
    assert_contains "$facts" $'CapEff:\t0000000000000000'
    assert_contains "$facts" $'CapBnd:\t0000000000000000'
    assert_contains "$facts" $'NoNewPrivs:\t1'
    assert_contains "$facts" $'Seccomp:\t2'
    assert_matches "$facts" $'Uid:\t6[1-5][0-9]{3}\t'
done
unit=$(host systemctl list-units --plain --no-legend 'podd-verify-*' | cut -d ' ' -f 1)
exposure=$(host systemd-analyze security --no-pager "$unit" | sed -n 's/.*exposure level for .*: \([0-9.]*\) .*/\1/p')
awk -v exposure="$exposure" 'BEGIN { exit !(exposure > 0 && exposure <= 2.5) }' || fail "exposure of the verifier: $exposure"
host systemctl stop "$unit"

say "nothing of the verifier stays"
gone() { [ -z "$(host systemctl list-units --all --plain --no-legend 'podd-verify-*')" ]; }
wait_until 10 gone
assert_eq "" "$(host systemctl list-units --all --plain --no-legend 'podd-verify-*')"

say "a pod starts while the key is trusted"
drop_manifest signed <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "one", "image": {"name": "example.com/busybox"},
 "app": {"exec": ["/bin/sh", "-c", "exec sleep 1000"], "user": "0", "group": "0"}}]}
JSON
host systemctl start pod-signed
host podctl trust rm "$(fpr subkey)"
assert_status 1 host podctl trust rm "$(fpr subkey)"
assert_contains "$output" "not trusted for any image"
assert_eq active "$(property pod-signed.service ActiveState)" "a running pod is left alone"
host systemctl stop pod-signed
assert_fails host systemctl start pod-signed
assert_contains "$(journal pod-signed.service)" "image \"example.com/busybox\" is signed by key $(fpr subkey), which is not trusted for that name"
assert_contains "$(journal pod-signed.service)" "podctl trust --prefix=example.com/busybox KEYFILE"
assert_eq 78 "$(property pod-signed.service ExecMainStatus)"
host systemctl reset-failed

say "the vendor's key, and its mask"
host_sh 'mkdir -p /usr/lib/podd/trustedkeys/prefix.d/example.com; cp /var/tmp/trust/subkey.asc "/usr/lib/podd/trustedkeys/prefix.d/example.com/$1"' "$(fpr subkey)"
host systemctl start pod-signed
host systemctl stop pod-signed
host podctl trust rm "$(fpr subkey)"
assert_eq 0 "$(host stat -c %s "/etc/podd/trustedkeys/prefix.d/example.com/$(fpr subkey)")"
assert_contains "$(host podctl --no-legend trust list)" masked
assert_fails host systemctl start pod-signed
host systemctl reset-failed
refused_again() { assert_status 1 signed subkey; assert_contains "$output" "not trusted for any image"; }
refused_again

say "the administrator's own word takes the place of the signature"
host podctl -q import $aci
assert_eq '{"kind":"import","by":"uid 0"}' "$(verification)"
host systemctl start pod-signed

say "who may"
host_sh 'id plain >/dev/null 2>&1 || useradd --create-home plain'
plain() { host setpriv --reuid=plain --regid=plain --init-groups --inh-caps=-all "$@"; }
plain podctl trust list >/dev/null
assert_status 1 plain podctl trust rm --root "$(fpr expired)"
assert_contains "$output" "Access denied: action org.podd1.trust"
assert_status 1 plain podctl trust --skip-fingerprint-review --root /var/tmp/trust/good.asc
assert_contains "$output" "Access denied: action org.podd1.inspect-pods"
assert_fails host busctl call org.podd1 /org/podd1 org.podd1.Manager DistrustKey sst ../../passwd "" 0
assert_contains "$output" "is no fingerprint"
