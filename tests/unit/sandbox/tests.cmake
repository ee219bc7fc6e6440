# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(sandbox LINK podd_sandbox)
target_sources(test_sandbox PRIVATE ${CMAKE_CURRENT_LIST_DIR}/bpf_evaluator.cpp)
