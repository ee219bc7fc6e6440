# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(metadata LINK podd_metadata)
podd_add_fuzzer(metadata_request LINK podd_metadata)
