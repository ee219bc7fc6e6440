# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie
# Who may do what: the table of org.podd1(5), asked of the real polkitd.

host_sh 'id plain >/dev/null 2>&1 || useradd --create-home plain'
trap 'host rm -f /etc/polkit-1/rules.d/49-podd-test.rules; host systemctl --runtime --quiet unmask polkit.service; tidy' EXIT
# plain CMD...: as a user without rights, with no terminal.
plain() { host setpriv --reuid=plain --regid=plain --init-groups --inh-caps=-all "$@"; }

host_file /tmp/plain.json <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "one", "image": {"name": "example.com/missing"}}]}
JSON
host_file /tmp/image.tar </dev/null
drop_manifest declared <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": [{"name": "one", "image": {"name": "example.com/missing"}}]}
JSON

say "what everybody may see"
plain podctl list >/dev/null
plain podctl image list >/dev/null
plain podctl verify /tmp/plain.json
assert_contains "$(plain podctl list)" declared
plain busctl get-property org.podd1 /org/podd1/pod/declared org.podd1.Pod ActiveState >/dev/null
assert_status 3 plain podctl status declared

say "what polkit is asked about"
denied() {
    local action=$1
    shift
    assert_status 1 plain podctl "$@"
    assert_contains "$output" "Access denied: action $action" "podctl $*"
}
denied org.podd1.create-pod start /tmp/plain.json
denied org.podd1.control-pod start declared
denied org.podd1.control-pod stop declared
denied org.podd1.manage-images import /tmp/image.tar
denied org.podd1.manage-images image rm example.com/missing
denied org.podd1.inspect-pods image cat-manifest example.com/missing
assert_fails plain busctl call org.podd1 /org/podd1 org.podd1.Manager GetPodManifest st declared 0
assert_contains "$output" "Access denied"
assert_fails plain busctl call org.podd1 /org/podd1/pod/declared org.podd1.Pod Stop t 0
assert_contains "$output" "Access denied"
assert_eq inactive "$(property pod-declared.service ActiveState)"

say "flags that nobody knows"
assert_fails host busctl call org.podd1 /org/podd1 org.podd1.Manager StopPod st declared 2
assert_contains "$output" "flags 0x2 are not known"

say "a rule of the administrator's, for one pod"
host_file /etc/polkit-1/rules.d/49-podd-test.rules <<'JS'
polkit.addRule(function(action, subject) {
    if (action.id == "org.podd1.control-pod" && action.lookup("pod") == "declared" && subject.user == "plain")
        return polkit.Result.YES;
});
JS
wait_until 10 plain podctl stop declared
denied org.podd1.control-pod stop other

say "without polkit root is served and nobody else"
host systemctl mask --runtime --now polkit.service
host podctl stop declared
denied org.podd1.control-pod stop declared
host systemctl unmask --runtime polkit.service

say "a folder of images is for root only, whatever polkit says"
host_file /etc/polkit-1/rules.d/49-podd-test.rules <<'JS'
polkit.addRule(function(action, subject) { if (action.id == "org.podd1.manage-images") return polkit.Result.YES; });
JS
host_sh 'mkdir -p /tmp/folder && echo "{}" >/tmp/folder/index.json'
folder_refused() { [[ $(plain podctl import /tmp/folder 2>&1) == *"may be imported by root only"* ]]; }
wait_until 10 folder_refused
say "and one that is a root file system is read with the rights of the caller"
host_sh 'rm /tmp/folder/index.json && mkdir /tmp/folder/etc && echo mine >/tmp/folder/etc/mine && ln -s /etc/shadow /tmp/folder/etc/link'
id=$(plain podctl import --name=example.com/folder /tmp/folder 2>/dev/null)
tree=$(host jq -r '.trees[0]' "/var/lib/podd/images/$id.json")
assert_eq "mine /etc/shadow" "$(host_sh 'cd "$1" && cat mine && readlink link' "/var/lib/podd/trees/$tree/rootfs/etc" | xargs)"
host podctl image rm "$id" >/dev/null
host_sh 'install -m 600 /dev/null /tmp/folder/etc/secret'
assert_status 1 plain podctl import --name=example.com/folder /tmp/folder
assert_contains "$output" '"etc/secret"'
assert_contains "$output" "Permission denied"
host rm -r /tmp/folder
