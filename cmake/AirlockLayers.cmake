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
if(AIRLOCK_FUZZ)
  target_compile_options(airlock_options INTERFACE -fsanitize=fuzzer-no-link)
  target_link_options(airlock_options INTERFACE -fsanitize=fuzzer-no-link)
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

# airlock_layer(NAME [LINK targets...])
#
# Makes the static library `airlock_NAME` of all sources below the current folder, and `NAME-tests`
# of those that end in _test.cpp. Sources that end in _fuzz.cpp become libFuzzer programs.
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

  if(AIRLOCK_TESTS AND tests)
    add_executable(${name}-tests ${tests})
    target_link_libraries(${name}-tests PRIVATE airlock_${name} GTest::gmock GTest::gtest_main)
    gtest_discover_tests(${name}-tests TEST_PREFIX "${name}." DISCOVERY_TIMEOUT 60
                         DISCOVERY_MODE PRE_TEST PROPERTIES LABELS unit TIMEOUT 300)
  endif()
  if(AIRLOCK_FUZZ)
    foreach(fuzzer IN LISTS fuzzers)
      cmake_path(GET fuzzer STEM fuzzer_name)
      add_executable(${fuzzer_name} ${fuzzer})
      target_link_libraries(${fuzzer_name} PRIVATE airlock_${name})
      target_link_options(${fuzzer_name} PRIVATE -fsanitize=fuzzer)
    endforeach()
  endif()
endfunction()
