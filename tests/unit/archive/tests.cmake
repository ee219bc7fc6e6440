# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(archive LINK podd_archive)
podd_add_fuzzer(archive_tar LINK podd_archive)
podd_add_fuzzer(compressed LINK podd_archive)
podd_add_fuzzer(digest_list LINK podd_archive)
podd_add_fuzzer(member_texts LINK podd_archive)
