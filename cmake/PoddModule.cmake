# SPDX-License-Identifier: LGPL-2.1-or-later
#
# podd_add_module(<name> SOURCES a.cpp ... [USES base store ...] [LINK PkgConfig::x ...])
#   One room: a folder under src/, one static library podd_<name>, headers included as "<room>/file.h".
# podd_add_program(<name> SOURCES ... USES ... [LINK ...] [STATIC] [DESTINATION dir])
#   One program. STATIC ones start in the path of every pod: no dynamic loader, no relocations.
#
# USES may name only rooms of a lower floor: a room above or beside is a configure error, so the floor
# plan cannot drift from the build. tests/lint/check_floors.py closes the other door, header-only use.
set(PODD_FLOORS
    base=0 base_hash=0
    event=1 schema=1 unit=1
    plan=2 archive=2 trust=2 trust_keys=2 trust_openpgp=2 trust_signatures=2 trust_policy=2 fetch=2 network=2 sandbox=2
    store_read=3 store=3 translate=3 client=3 metadata=3 resolve=3
    pod_manifest=4 pod_findings=4 pod=4
    daemon=5
    podd=6 podctl=6 generator=6 stage0=6 importer=6 fetcher=6 verifier=6 metadata_service=6 network_service=6
    resolve_service=6 cni=6
    stage1=6)

# What runs at boot, in the start path of a pod or inside it stays free of these, although they lie lower.
set(PODD_KEPT_OUT_generator base_hash event archive trust fetch network sandbox store client metadata resolve pod daemon)
set(PODD_KEPT_OUT_stage0 base_hash event archive trust_openpgp trust_signatures fetch store client metadata resolve daemon)
set(PODD_KEPT_OUT_pod base_hash event archive trust_openpgp trust_signatures fetch store metadata)
set(PODD_KEPT_OUT_stage1 base_hash event schema unit archive trust fetch store_read store translate client metadata resolve pod daemon)

# A library of a room that has more than one: "store_read" lives in src/store and store may use it.
set(PODD_SAME_ROOM store:store_read base_hash:base pod:pod_manifest
  trust_signatures:trust_openpgp)

function(_podd_floor name out)
  foreach(pair IN LISTS PODD_FLOORS)
    if(pair MATCHES "^${name}=([0-9]+)$")
      set(${out} ${CMAKE_MATCH_1} PARENT_SCOPE)
      return()
    endif()
  endforeach()
  message(FATAL_ERROR "room '${name}' has no floor in cmake/PoddModule.cmake")
endfunction()

function(_podd_use target name)
  _podd_floor(${name} mine)
  foreach(used IN LISTS ARGN)
    _podd_floor(${used} theirs)
    if(NOT theirs LESS mine AND NOT "${name}:${used}" IN_LIST PODD_SAME_ROOM)
      message(FATAL_ERROR "${name} (floor ${mine}) must not use ${used} (floor ${theirs})")
    endif()
    if(used IN_LIST PODD_KEPT_OUT_${name})
      message(FATAL_ERROR "${name} is kept out of ${used}")
    endif()
    target_link_libraries(${target} PUBLIC podd_${used})
  endforeach()
endfunction()

add_library(podd_options INTERFACE)
target_compile_options(podd_options INTERFACE
  -Wall -Wextra -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual)
# g++ 12 at -O2 takes a std::string that TRY() has moved out for uninitialized.
target_compile_options(podd_options INTERFACE
  $<$<AND:$<CXX_COMPILER_ID:GNU>,$<NOT:$<CONFIG:Debug>>>:-Wno-maybe-uninitialized>)
target_link_options(podd_options INTERFACE -Wl,--as-needed)
if(PODD_WERROR)
  target_compile_options(podd_options INTERFACE -Werror)
endif()
if(PODD_SANITIZE)
  target_compile_options(podd_options INTERFACE -fsanitize=${PODD_SANITIZE} -fno-omit-frame-pointer)
  target_link_options(podd_options INTERFACE -fsanitize=${PODD_SANITIZE})
endif()

# podd_precompile(<target>): its files find the headers that most files include parsed already. All targets share one
# precompiled header, so that they must be compiled alike.
if(PODD_PCH)
  file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/podd_pch.cpp CONTENT "")
  add_library(podd_pch OBJECT ${CMAKE_BINARY_DIR}/podd_pch.cpp)
  # What links the shared libfmt defines this; for all others it makes no difference.
  target_compile_definitions(podd_options INTERFACE $<TARGET_PROPERTY:fmt::fmt,INTERFACE_COMPILE_DEFINITIONS>)
  # A compiler cache brings back files with the time of today.
  target_compile_options(podd_options INTERFACE "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")
  target_link_libraries(podd_pch PRIVATE podd_options)
  target_precompile_headers(podd_pch PRIVATE <algorithm> <array> <cstdint> <functional> <map> <memory> <optional> <set>
    <string> <string_view> <utility> <vector> <fmt/format.h>)
endif()
function(podd_precompile target)
  if(PODD_PCH)
    target_precompile_headers(${target} REUSE_FROM podd_pch)
  endif()
endfunction()

function(podd_add_module name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "" "" "SOURCES;USES;LINK")
  add_library(podd_${name} STATIC ${arg_SOURCES})
  target_include_directories(podd_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src)
  target_link_libraries(podd_${name} PUBLIC ${arg_LINK} PRIVATE podd_options)
  podd_precompile(podd_${name})
  _podd_use(podd_${name} ${name} ${arg_USES})
endfunction()

function(podd_add_program name)
  cmake_parse_arguments(PARSE_ARGV 1 arg "STATIC" "FLOOR;OUTPUT;DESTINATION" "SOURCES;USES;LINK")
  if(NOT arg_FLOOR)
    set(arg_FLOOR ${name})
  endif()
  add_executable(${name} ${arg_SOURCES})
  target_link_libraries(${name} PRIVATE ${arg_LINK} podd_options)
  podd_precompile(${name})
  _podd_use(${name} ${arg_FLOOR} ${arg_USES})
  if(arg_OUTPUT)
    set_target_properties(${name} PROPERTIES OUTPUT_NAME ${arg_OUTPUT})
  endif()
  # Sanitizers need the dynamic loader; there the program is an ordinary one.
  if(arg_STATIC AND NOT PODD_SANITIZE)
    target_link_libraries(${name} PRIVATE podd_fmt_static)
    target_link_options(${name} PRIVATE -static)
  else()
    target_link_libraries(${name} PRIVATE fmt::fmt)
  endif()
  install(TARGETS ${name} RUNTIME DESTINATION ${arg_DESTINATION})
endfunction()
