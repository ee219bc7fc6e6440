# SPDX-License-Identifier: LGPL-2.1-or-later
# hosts: bookworm trixie
# What comes over the bus is hostile: descriptors that are no files, options of any type, floods. podd answers
# each with an error, stays the same process, and goes on answering.

python=/usr/bin/python3  # Debian's, which has Debian's modules
$python -c 'import dbus.bus' 2>/dev/null || apt-get -qq install --yes python3-dbus >/dev/null
host podctl list >/dev/null
before=$(property podd.service MainPID)
socket=/proc/$("$TESTHOST" leader "$HOST")/root/run/dbus/system_bus_socket
timeout 100 $python "$source_dir/tests/system/bus/bad_input.py" "$socket"
assert_eq "$before" "$(property podd.service MainPID)" "podd was restarted"
assert_eq "" "$(host journalctl --quiet --output=cat --since="@$TEST_BEGIN" --unit=podd.service --priority=err)"
host podctl list >/dev/null
