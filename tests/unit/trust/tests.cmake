# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(trust LINK podd_trust_keys podd_trust_openpgp podd_trust_policy podd_trust_signatures)
# The examples of the manual page are tests as well.
target_compile_definitions(test_trust PRIVATE PODD_MAN_PAGE="../man/podd.policy.5.scd")
podd_add_fuzzer(signatures LINK podd_trust_signatures)
podd_add_fuzzer(gpg_words LINK podd_trust_openpgp)
