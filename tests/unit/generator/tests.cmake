# SPDX-License-Identifier: LGPL-2.1-or-later
# The program itself is tried, on directories of the test's own.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME generator.program
         COMMAND Python3::Interpreter ${CMAKE_CURRENT_SOURCE_DIR}/unit/generator/generator_test.py
                 $<TARGET_FILE:generator>)
