# The layers and how a target is made for each. A layer links only what stands to its left, and a
# rule fails the build on an include that points right.

set(AIRLOCK_LAYERS decoder validator runtime interpreter canonical-abi wasi cli)

add_library(airlock_options INTERFACE)
target_include_directories(airlock_options INTERFACE ${CMAKE_SOURCE_DIR}
                                                     ${CMAKE_SOURCE_DIR}/runtime/include
                                                     ${CMAKE_SOURCE_DIR}/canonical-abi/include
                                                     ${CMAKE_SOURCE_DIR}/wasi/include)
target_compile_options(airlock_options INTERFACE -Wall -Wextra)
if(AIRLOCK_WARNINGS_AS_ERRORS)
  target_compile_options(airlock_options INTERFACE -Werror)
endif()
if(AIRLOCK_DISPATCH STREQUAL "fast")
  target_compile_definitions(airlock_options INTERFACE AIRLOCK_FAST_DISPATCH=1)
else()
  target_compile_definitions(airlock_options INTERFACE AIRLOCK_FAST_DISPATCH=0)
endif()
if(AIRLOCK_SANITIZE)
  target_compile_options(airlock_options INTERFACE -fsanitize=address,undefined
                                                   -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(airlock_options INTERFACE -fsanitize=address,undefined)
endif()
if(AIRLOCK_SANITIZE_THREADS)
  target_compile_options(airlock_options INTERFACE -fsanitize=thread -fno-omit-frame-pointer)
  target_link_options(airlock_options INTERFACE -fsanitize=thread)
endif()
set(AIRLOCK_HAS_FUZZERS ${AIRLOCK_FUZZ})
if(AIRLOCK_FUZZ)
  target_compile_options(airlock_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(airlock_options INTERFACE -fsanitize=fuzzer-no-link)
elseif(AIRLOCK_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  set(AIRLOCK_HAS_FUZZERS ON)
endif()

# For what compiles the semantics of vector instructions (runtime/semantics/vector*.hpp), which are
# inline functions: all that includes them must see them alike. They count on SSE4.1 on x86-64, which
# processors have from 2008 on, and on sums and products that stay two operations, each rounded.
add_library(airlock_vector_options INTERFACE)
target_compile_options(airlock_vector_options INTERFACE -ffp-contract=off)
if(CMAKE_SYSTEM_PROCESSOR MATCHES "^(x86_64|AMD64|amd64)$")
  target_compile_options(airlock_vector_options INTERFACE -msse4.1)
endif()

# The include check runs before anything is compiled.
add_custom_command(
  OUTPUT ${CMAKE_BINARY_DIR}/layers.stamp
  COMMAND ${CMAKE_COMMAND} -D SOURCE_DIR=${CMAKE_SOURCE_DIR} -D "LAYERS=${AIRLOCK_LAYERS}"
          -D STAMP=${CMAKE_BINARY_DIR}/layers.stamp -P ${CMAKE_SOURCE_DIR}/cmake/CheckLayers.cmake
  DEPENDS ${CMAKE_SOURCE_DIR}/cmake/CheckLayers.cmake ${CMAKE_BINARY_DIR}/layers.always
  VERBATIM)
add_custom_command(OUTPUT ${CMAKE_BINARY_DIR}/layers.always COMMAND ${CMAKE_COMMAND} -E true)
set_source_files_properties(${CMAKE_BINARY_DIR}/layers.always PROPERTIES SYMBOLIC TRUE)
add_custom_target(airlock_check_layers DEPENDS ${CMAKE_BINARY_DIR}/layers.stamp)

# airlock_test_program(NAME SOURCES...)
#
# A program of unit tests. Its files are not optimized in any build: half of a test is GoogleTest's
# headers, and what is tested is in the libraries.
function(airlock_test_program name)
  add_executable(${name} ${ARGN})
  target_link_libraries(${name} PRIVATE GTest::gmock GTest::gtest_main)
  string(TOUPPER "${CMAKE_BUILD_TYPE}" build_type)
  if(NOT "${CMAKE_CXX_FLAGS_${build_type}}" MATCHES "-O0")
    target_compile_options(${name} PRIVATE -O0)
  endif()
endfunction()

# airlock_unit_tests(NAME TARGET)
#
# Registers a program of unit tests as `NAME.1`, `NAME.2`, …: a process for each share of the tests, not
# one for each test. What fails is named in the output. A single test:
# `bin/decoder-tests --gtest_filter=Suite.Test`.
set(AIRLOCK_TEST_SHARES 3)
function(airlock_unit_tests name target)
  foreach(share RANGE 1 ${AIRLOCK_TEST_SHARES})
    math(EXPR index "${share} - 1")
    add_test(NAME ${name}.${share} COMMAND ${target})
    set_tests_properties(
      ${name}.${share}
      PROPERTIES LABELS unit TIMEOUT 600 ENVIRONMENT
                 "GTEST_TOTAL_SHARDS=${AIRLOCK_TEST_SHARES};GTEST_SHARD_INDEX=${index}")
  endforeach()
endfunction()

# airlock_fuzzer(NAME SOURCE LIBRARY)
#
# A libFuzzer program. The `fuzz` preset instruments all of Airlock for it. Other builds of Clang's with
# sanitizers have it too, where only SOURCE is instrumented: enough for the tests labelled `fuzz`, which
# give it a few hundred inputs.
function(airlock_fuzzer name source library)
  if(NOT AIRLOCK_HAS_FUZZERS)
    return()
  endif()
  add_executable(${name} ${source})
  target_link_libraries(${name} PRIVATE ${library})
  target_compile_options(${name} PRIVATE -fsanitize=fuzzer-no-link)
  target_link_options(${name} PRIVATE -fsanitize=fuzzer)
  if(AIRLOCK_TESTS)
    cmake_path(GET source PARENT_PATH folder)
    add_test(NAME fuzz.${name}
             COMMAND ${CMAKE_SOURCE_DIR}/spec-tests/robustness/smoke.sh $<TARGET_FILE:${name}>
                     $<TARGET_FILE:airlock> ${folder}/seeds ${CMAKE_CURRENT_BINARY_DIR}/${name}-smoke)
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 300)
  endif()
endfunction()

# airlock_layer(NAME [LINK targets...])
#
# Makes the static library `airlock_NAME` of all sources below the current folder, and `NAME-tests`
# of those that end in _test.cpp, registered as `unit.NAME.1`, …. Sources that end in _fuzz.cpp become
# libFuzzer programs.
function(airlock_layer name)
  cmake_parse_arguments(ARG "" "" "LINK" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.cpp)
  set(tests ${sources})
  set(fuzzers ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cpp$")
  list(FILTER fuzzers INCLUDE REGEX "_fuzz\\.cpp$")
  list(FILTER sources EXCLUDE REGEX "_(test|fuzz)\\.cpp$|/main\\.cpp$")

  set(left)
  foreach(layer IN LISTS AIRLOCK_LAYERS)
    if(layer STREQUAL name)
      break()
    endif()
    list(PREPEND left airlock_${layer})
  endforeach()

  add_library(airlock_${name} STATIC ${sources})
  target_link_libraries(airlock_${name} PUBLIC ${left} ${ARG_LINK} PRIVATE airlock_options)
  target_link_libraries(airlock_${name} PUBLIC $<BUILD_INTERFACE:airlock_options>)
  add_dependencies(airlock_${name} airlock_check_layers)

  set_property(GLOBAL APPEND PROPERTY AIRLOCK_TEST_SOURCES ${tests})
  if(AIRLOCK_TESTS AND tests)
    airlock_test_program(${name}-tests ${tests})
    target_link_libraries(${name}-tests PRIVATE airlock_${name})
    airlock_unit_tests(unit.${name} ${name}-tests)
  endif()
  foreach(fuzzer IN LISTS fuzzers)
    cmake_path(GET fuzzer STEM fuzzer_name)
    airlock_fuzzer(${fuzzer_name} ${fuzzer} airlock_${name})
  endforeach()
endfunction()
