# Libraries from outside: the system's if it has them, else fetched at a pinned version.

include(FetchContent)
find_package(Threads REQUIRED)

find_package(CLI11 QUIET)
if(NOT CLI11_FOUND)
  FetchContent_Declare(CLI11 GIT_REPOSITORY https://github.com/CLIUtils/CLI11.git GIT_TAG v2.4.2)
  FetchContent_MakeAvailable(CLI11)
endif()

# Debian's xxHash has no CMake package, so the header-only form is looked for by path first.
find_path(XXHASH_INCLUDE_DIR xxhash.h)
add_library(airlock_xxhash INTERFACE)
if(XXHASH_INCLUDE_DIR)
  target_include_directories(airlock_xxhash SYSTEM INTERFACE ${XXHASH_INCLUDE_DIR})
else()
  FetchContent_Declare(xxhash GIT_REPOSITORY https://github.com/Cyan4973/xxHash.git GIT_TAG v0.8.2)
  FetchContent_GetProperties(xxhash)
  if(NOT xxhash_POPULATED)
    FetchContent_Populate(xxhash)
  endif()
  target_include_directories(airlock_xxhash SYSTEM INTERFACE ${xxhash_SOURCE_DIR})
endif()
target_compile_definitions(airlock_xxhash INTERFACE XXH_INLINE_ALL)

if(AIRLOCK_TESTS)
  find_package(GTest 1.12 QUIET)
  if(NOT GTest_FOUND)
    FetchContent_Declare(googletest GIT_REPOSITORY https://github.com/google/googletest.git
                         GIT_TAG v1.14.0)
    FetchContent_MakeAvailable(googletest)
  endif()
endif()

# A compiler cache if there is one. It has to hit from another checkout too (CI builds in a fresh clone):
# paths are taken relative to this one, and the folder that is built in does not count.
find_program(AIRLOCK_CCACHE ccache)
if(AIRLOCK_CCACHE AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
                                  CCACHE_NOHASHDIR=1 ${AIRLOCK_CCACHE})
endif()
