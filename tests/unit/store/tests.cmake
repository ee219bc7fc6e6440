# SPDX-License-Identifier: LGPL-2.1-or-later
if(TARGET podd_schema)
  podd_add_unit_tests(store LINK podd_store)
endif()
