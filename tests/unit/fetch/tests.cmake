# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(fetch LINK podd_fetch)
podd_add_fuzzer(fetch_texts LINK podd_fetch)
podd_add_fuzzer(discovery_page LINK podd_fetch)
podd_add_fuzzer(header_values LINK podd_fetch)
