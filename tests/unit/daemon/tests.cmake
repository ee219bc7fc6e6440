# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(daemon LINK podd_daemon)
podd_add_fuzzer(importer_line LINK podd_daemon)
