# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie
# podctl behaves as systemd's own tools do: exit statuses, tables, JSON, words that were meant otherwise.

assert_contains "$(host podctl --help)" "image cat-manifest"
assert_matches "$(host podctl --version)" '^podctl [0-9]'
assert_status 2 host podctl strat
assert_contains "$output" "unknown command verb 'strat', did you mean 'start'?"
assert_status 2 host podctl --nonsense
assert_status 2 host podctl start
assert_status 2 host podctl list --strict
assert_status 2 host podctl import x --label=novalue
assert_status 2 host podctl --json=xml list
assert_status 4 host podctl status nosuch
assert_status 4 host podctl start nosuch
assert_contains "$output" 'pod "nosuch"'
assert_contains "$(host podctl list)" "No pods."
assert_eq "" "$(host podctl --no-legend list)"
assert_eq "[]" "$(host podctl --json=short list)"
assert_eq "[]" "$(host podctl -j list)"

drop_manifest web <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest",
 "apps": [{"name": "one", "image": {"name": "example.com/one"},
           "app": {"exec": ["/x"], "user": "0", "group": "0",
                   "isolators": [{"name": "os/linux/capabilities-retain-set", "value": {"set": ["CAP_SYS_ADMIN"]}}]}}],
 "isolators": [{"name": "os/linux/apparmor-profile", "value": {"profile": "unconfined"}}],
 "annotations": [{"name": "podd.org/network", "value": "host"}]}
JSON
table=$(host podctl list)
assert_matches "$table" '^POD +STATE +APPS +MANIFEST'
assert_matches "$table" 'web +inactive +one +/etc/podd/pods.d/web.json'
assert_contains "$table" "1 pods listed."
assert_eq '[{"name":"web","state":"inactive","apps":["one"],"manifest":"/etc/podd/pods.d/web.json"}]' \
    "$(host podctl --json=short list)"
assert_status 3 host podctl status web
assert_contains "$output" "Weakened: network of the host"
assert_contains "$output" "Weakened: pod: AppArmor: unconfined"
assert_contains "$output" "Weakened: app one: capabilities CAP_SYS_ADMIN"
assert_status 3 host podctl status 'w*' --json=short
host podctl verify --manifest-only
host podctl verify --manifest-only /etc/podd/pods.d/web.json

# All that is wrong is said, and without podd.
host systemctl stop podd.service
host_file /tmp/bad.json <<'JSON'
{"acVersion": "0.8.11", "acKind": "PodManifest", "apps": []}
JSON
assert_status 1 host podctl verify /etc/podd/pods.d/web.json /tmp/bad.json
assert_contains "$output" "error: /tmp/bad.json"
assert_status 1 host podctl verify --json=short /tmp/bad.json
assert_contains "$output" '"severity":"error"'
assert_eq inactive "$(property podd.service ActiveState)" "verify started podd"

# Names that somebody else chose cannot write to the terminal.
assert_status 1 host podctl start "$(printf './\033[31mred')"
assert_not_contains "$output" "$(printf '\033')"
assert_contains "$output" '\x1b[31mred'
