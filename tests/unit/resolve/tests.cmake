# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(resolve LINK podd_resolve)
podd_add_fuzzer(dns_message LINK podd_resolve)
