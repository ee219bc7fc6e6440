# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(base LINK podd_base podd_base_hash)
podd_add_fuzzer(json LINK podd_base)
podd_add_fuzzer(config_file LINK podd_fetch podd_trust_policy)
podd_add_fuzzer(socket_message LINK podd_base)
podd_add_fuzzer(image_users LINK podd_base)
