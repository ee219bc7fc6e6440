# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie
# systemctl service-log-level works on podd as on systemd's own services, and for root only.

host systemctl stop podd.service
assert_eq info "$(host systemctl service-log-level podd)"
assert_eq journal "$(host systemctl service-log-target podd)"
assert_status 4 host podctl stop nosuch
assert_not_contains "$(journal podd.service)" "asks for"

host systemctl service-log-level podd debug
assert_eq debug "$(host systemctl service-log-level podd)"
assert_status 4 host podctl stop nosuch
assert_matches "$(journal podd.service)" ':[0-9.]+ asks for org.podd1.control-pod, pod nosuch: uid 0 may'

# set PROPERTY VALUE [CMD...]: on the bus itself, where systemctl does not look at the value first.
set_property() {
    local name=$1 value=$2
    shift 2
    host "$@" busctl set-property org.podd1 /org/freedesktop/LogControl1 org.freedesktop.LogControl1 "$name" s "$value"
}
assert_fails set_property LogLevel loud
assert_contains "$output" 'log level "loud" is not known'
assert_fails set_property LogTarget console
set_property LogTarget journal
assert_fails set_property LogLevel err setpriv --reuid=nobody --clear-groups
assert_eq debug "$(host systemctl service-log-level podd)"
set_property LogLevel err
assert_eq err "$(host systemctl service-log-level podd)"

# Another podd begins anew.
host systemctl restart podd.service
assert_eq info "$(host systemctl service-log-level podd)"
