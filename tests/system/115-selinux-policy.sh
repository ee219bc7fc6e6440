# SPDX-License-Identifier: LGPL-2.1-or-later
# The SELinux module that comes with podd: it is a part of Debian's policy like any other. Nothing here needs a kernel with SELinux:
# the whole policy is compiled and written down.
# hosts: bookworm trixie
# with: selinux-policy-default,policycoreutils
# full
module=/usr/share/selinux/packages/podd.cil

say "the module and Debian's own make one policy"
said=$(host semodule --noreload --install="$module" 2>&1) || fail "$module does not load: $said"
assert_matches "$(host semodule --list-modules=full)" $'(^|\n)400 podd +cil'
policy=$(host_sh 'echo /etc/selinux/default/policy/policy.*')

# context CONTEXT: whether the policy knows it.
context() { host_sh 'echo "/x $2" >/tmp/context; sefcontext_compile -p "$1" -o /tmp/context.bin /tmp/context; s=$?; rm -f /tmp/context*; exit $s' "$policy" "$1"; }
say "a context that a pod can ask for is one of that policy"
context system_u:system_r:podd_app_t:s0:c1,c2 || fail "the context of an app is none"
context system_u:object_r:podd_app_file_t:s0 || fail "the context of its files is none"
assert_fails context system_u:system_r:podd_none_t:s0

say "what restorecon would put on files: on those of apps, and on no other of the store"
label() { host matchpathcon -n "/var/lib/podd/$1"; }
for path in trees/x trees/x/rootfs/bin/sh pods/x/apps/a/upper/etc pods/x/volumes/v/file; do
    assert_eq system_u:object_r:podd_app_file_t:s0 "$(label $path)" "$path"
done
for path in . refs/x keys/x pods/x pods/x/pod images/x.json; do
    assert_not_contains "$(label $path)" podd_app_file_t "$path"
done

say "it goes as it came"
host semodule --noreload --remove=podd 2>/dev/null
assert_not_contains "$(host semodule --list-modules)" podd
assert_fails context system_u:system_r:podd_app_t:s0
