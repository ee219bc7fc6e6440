# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(podctl LINK podd_schema podd_plan podd_network podd_client)
target_sources(test_podctl PRIVATE ${PROJECT_SOURCE_DIR}/src/podctl/app_settings.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/group_limits.cpp ${PROJECT_SOURCE_DIR}/src/podctl/limits_text.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/enter_session.cpp ${PROJECT_SOURCE_DIR}/src/podctl/entered_app.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/human.cpp ${PROJECT_SOURCE_DIR}/src/podctl/image_fields.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/local_image.cpp ${PROJECT_SOURCE_DIR}/src/podctl/network_limit.cpp ${PROJECT_SOURCE_DIR}/src/podctl/options.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/pod_arguments.cpp ${PROJECT_SOURCE_DIR}/src/podctl/progress_text.cpp ${PROJECT_SOURCE_DIR}/src/podctl/pull_plan.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/pump.cpp ${PROJECT_SOURCE_DIR}/src/podctl/raw_terminal.cpp
  ${PROJECT_SOURCE_DIR}/src/podctl/terminal.cpp)
