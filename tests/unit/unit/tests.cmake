# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(unit LINK podd_unit)
podd_add_fuzzer(unit_text LINK podd_unit)
