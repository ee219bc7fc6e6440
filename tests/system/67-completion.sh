# SPDX-License-Identifier: LGPL-2.1-or-later
# podctl completes in bash: verbs, options, and the pods, images and files that there are.
# hosts: bookworm trixie

# completes LINE: what is offered behind it, sorted, on one line.
completes() {
    host bash -uc '
        cd /etc/podd/pods.d
        . /usr/share/bash-completion/completions/podctl
        COMP_LINE=$1 COMP_POINT=${#1}
        _podctl
        printf "%s\n" "${COMPREPLY[@]}"' bash "$1" | sort | tr '\n' ' ' | sed 's/ $//'
}

import_image busybox
id=$(host podctl --full --no-legend image list | sed -n 's/ .*example.com\/busybox .*//p' | head -n 1)
for pod in sleeping idle; do
    drop_manifest "$pod" <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "one", "image": {"name": "example.com/busybox"},
           "app": {"exec": ["/bin/sleep", "1000"], "user": "0", "group": "0"}}]}
JSON
done
host systemctl start pod-sleeping

assert_eq "cancel-transfer enter exec fetch image import list list-transfers network pull start status stop store trust verify" "$(completes "podctl ")"
assert_eq "start status stop store" "$(completes "podctl st")"
assert_eq "idle sleeping" "$(completes "podctl status ")"
assert_eq "sleeping" "$(completes "podctl --no-pager -n 5 status sl")"
assert_eq "sleeping" "$(completes "podctl stop ")"
assert_eq "sleeping" "$(completes "podctl exec ")"
assert_eq "check list" "$(completes "podctl network ")"
assert_eq "sleeping" "$(completes "podctl network check ")"
assert_eq "sleeping" "$(completes "podctl enter ")"
assert_eq "--privileged" "$(completes "podctl exec --pr")"
assert_eq "--user=" "$(completes "podctl exec --us")"
assert_eq "" "$(completes "podctl exec --working-directory ")"
assert_eq "idle idle.json sleeping.json" "$(completes "podctl start ")"
assert_eq "idle idle.json sleeping sleeping.json" "$(completes "podctl pull ")"
assert_eq "always" "$(completes "podctl start --pull-policy=a")"
assert_eq "idle.json sleeping.json" "$(completes "podctl verify ")"
assert_eq "idle.json" "$(completes "podctl import --name x i")"
assert_eq "cat-manifest create export extract gc history list render rm verify" "$(completes "podctl image ")"
assert_eq "idle.json" "$(completes "podctl image create i")"
assert_contains " $(completes "podctl image rm ") " " example.com/busybox "
assert_contains " $(completes "podctl image cat-manifest sha") " " $id "
assert_eq "pretty" "$(completes "podctl --json=p")"
assert_eq "never" "$(completes "podctl fetch --pull-policy=n")"
assert_eq "--lines=" "$(completes "podctl status --li")"
assert_eq "" "$(completes "podctl list --li")"
assert_eq "" "$(completes "podctl import --user ")"

say "the file is found where zsh looks"
host test -s /usr/share/zsh/vendor-completions/_podctl
