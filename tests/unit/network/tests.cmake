# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(network LINK podd_network)
podd_add_fuzzer(cni LINK podd_network)
