# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(client LINK podd_client)
