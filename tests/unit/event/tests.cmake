# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(event LINK podd_event podd_base)
