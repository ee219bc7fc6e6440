# SPDX-License-Identifier: LGPL-2.1-or-later
podd_add_unit_tests(schema LINK podd_schema)
# The seeds of the fuzz targets and the examples of the manual page are tests as well.
target_include_directories(test_schema PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
target_compile_definitions(test_schema PRIVATE
  PODD_FUZZ_CORPUS="fuzz/corpus" PODD_MAN_PAGE="../man/podd.pod.5.scd")

foreach(format image_manifest pod_manifest oci_document oci_config)
  podd_add_fuzzer(${format} LINK podd_schema)
  if(TARGET fuzz_${format})
    target_include_directories(fuzz_${format} PRIVATE ${CMAKE_CURRENT_SOURCE_DIR})
  endif()
endforeach()
podd_add_fuzzer(texts LINK podd_schema)
