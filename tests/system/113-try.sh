# SPDX-License-Identifier: LGPL-2.1-or-later
# packaging/try, as README.md says to begin: it shows pods at work, a page fetched by the pod's name and by a forwarded port
# among it, and leaves a host to go on with.
# hosts: bookworm trixie
# full
# timeout: 900
export PODD_TRY_HOST=try-$$
put_back() {
    "$TESTHOST" down "$PODD_TRY_HOST"
    tidy
}
trap put_back EXIT
"$source_dir/packaging/try" --suite "$SUITE" >"$TEST_TMP/said" 2>&1 || fail "$(tail -n 20 "$TEST_TMP/said")"
for page in http://web/ http://localhost:8080/; do
    assert_eq "hello from nginx" "$(grep -F -A 1 "curl --silent --show-error --max-time 20 $page" "$TEST_TMP/said" | tail -n 1)" "$page"
done
"$TESTHOST" exec "$PODD_TRY_HOST" -- systemctl is-active --quiet pod-web@nginx
