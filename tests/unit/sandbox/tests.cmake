# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(sandbox LINK podd_sandbox)
target_sources(test_sandbox PRIVATE ${CMAKE_CURRENT_LIST_DIR}/bpf_evaluator.cpp)
# Pure parts of stage1 that belong to one static program and to no library.
target_sources(test_sandbox PRIVATE ${PROJECT_SOURCE_DIR}/stage1-nspawn/command_plan.cpp
  ${PROJECT_SOURCE_DIR}/stage1-nspawn/health_verdict.cpp
  ${PROJECT_SOURCE_DIR}/stage1-nspawn/notify_filter.cpp
  ${PROJECT_SOURCE_DIR}/stage1-nspawn/refused_calls.cpp)
target_link_libraries(test_sandbox PRIVATE podd_plan)
target_include_directories(test_sandbox PRIVATE ${PROJECT_SOURCE_DIR}/stage1-nspawn)
