# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(podctl LINK podd_schema)
target_sources(test_podctl PRIVATE ${PROJECT_SOURCE_DIR}/src/podctl/app_settings.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/options.cpp)
