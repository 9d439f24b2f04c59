# Build settings that every target shares, and the functions that make a layer
# (a top-level folder of the library), the library of all layers, and what is
# built on them: tests, fuzzers and benchmarks.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

set(CMAKE_POSITION_INDEPENDENT_CODE ON)
include(CheckPIESupported)
check_pie_supported()

find_program(ANNALS_CCACHE ccache)
if(PROJECT_IS_TOP_LEVEL AND ANNALS_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # Without this it caches nothing that uses a precompiled header.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
    CCACHE_SLOPPINESS=pch_defines,time_macros ${ANNALS_CCACHE})
endif()

add_library(annals_settings INTERFACE)
target_include_directories(annals_settings INTERFACE ${annals_BINARY_DIR}/include)
target_compile_options(annals_settings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wno-missing-field-initializers -fstack-protector-strong)
target_link_options(annals_settings INTERFACE -Wl,-z,relro -Wl,-z,now)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 on the concatenation of strings; and, of the last one, on what a
  # unity build includes.
  target_compile_options(annals_settings INTERFACE -Wno-restrict
    -Wno-array-bounds -Wno-stringop-overread -Wno-subobject-linkage)
endif()
if(ANNALS_WERROR)
  target_compile_options(annals_settings INTERFACE -Werror)
endif()
# The standard library checks its preconditions in debug and sanitizer builds.
target_compile_definitions(annals_settings INTERFACE $<$<CONFIG:Debug>:_GLIBCXX_ASSERTIONS>)
if(ANNALS_SANITIZE)
  target_compile_options(annals_settings INTERFACE -fsanitize=${ANNALS_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(annals_settings INTERFACE -fsanitize=${ANNALS_SANITIZE})
  if(ANNALS_SANITIZE_LAYERS)
    target_link_options(annals_settings INTERFACE -fsanitize=${ANNALS_SANITIZE_LAYERS})
  endif()
else()
  # Needs an optimizer, and gets into the way of sanitizers.
  target_compile_options(annals_settings INTERFACE
    $<$<CONFIG:Release,RelWithDebInfo,MinSizeRel>:-U_FORTIFY_SOURCE$<SEMICOLON>-D_FORTIFY_SOURCE=2>)
endif()
# On in the builds that tests are run from; a shipped library has none.
set(test_points OFF)
if(ANNALS_TESTS AND CMAKE_BUILD_TYPE STREQUAL "Debug")
  set(test_points ON)
endif()
option(ANNALS_TEST_POINTS "Let tests stall threads and plant defects" ${test_points})
if(ANNALS_TEST_POINTS)
  target_compile_definitions(annals_settings INTERFACE ANNALS_TEST_POINTS)
endif()

# What almost every file includes is compiled once. A file includes what it uses all the
# same: those who only check sources set CMAKE_DISABLE_PRECOMPILE_HEADERS.
set(common_headers <algorithm> <cstdint> <functional> <map> <memory> <optional> <string>
  <string_view> <utility> <variant> <vector>
  <absl/status/statusor.h> <absl/strings/str_cat.h>)
set(ANNALS_COMMON_HEADERS ${common_headers} <absl/container/flat_hash_map.h> <absl/time/time.h>)
set(ANNALS_TEST_HEADERS ${common_headers} <gmock/gmock.h> <gtest/gtest.h>)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  add_compile_options(-fpch-preprocess)  # For ccache.
endif()

# annals_layer(<folder> [USES <layer>...] [LINKS <target>...])
# The layer's target links only the layers that it may include. A layer without
# sources, or on top of one that is not there, is left out. A main.cc belongs to
# a program and not to the layer.
function(annals_layer name)
  cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${annals_SOURCE_DIR}/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "/main\\.cc$")
  if(NOT sources)
    message(STATUS "Layer ${name} has no sources yet")
    return()
  endif()
  foreach(used ${ARG_USES})
    if(NOT TARGET annals_${used})
      message(STATUS "Layer ${name} is left out: it needs ${used}")
      return()
    endif()
  endforeach()
  add_library(annals_${name} STATIC ${sources})
  list(TRANSFORM ARG_USES PREPEND annals_)
  target_link_libraries(annals_${name} PUBLIC annals_settings ${ARG_USES} ${ARG_LINKS})
  # Here tests spend their time; the others are compiled faster without.
  set(is_hot TRUE)
  if(name MATCHES "^(ddl|cli)$")
    set(is_hot FALSE)
  endif()
  target_compile_options(annals_${name} PRIVATE $<$<AND:$<CONFIG:Debug>,$<BOOL:${is_hot}>>:-O1>)
  if(ANNALS_SANITIZE_LAYERS)
    target_compile_options(annals_${name} PRIVATE -fsanitize=${ANNALS_SANITIZE_LAYERS})
  endif()
  if(ANNALS_FUZZ)
    target_compile_options(annals_${name} PRIVATE -fsanitize=fuzzer-no-link)
  endif()
  # A precompiled header holds for files that are compiled in the same way only.
  if(is_hot AND TARGET annals_schemas AND NOT name STREQUAL "schemas")
    target_precompile_headers(annals_${name} REUSE_FROM annals_schemas)
  else()
    target_precompile_headers(annals_${name} PRIVATE ${ANNALS_COMMON_HEADERS})
  endif()
  if(name IN_LIST ANNALS_LAYERS)
    set_property(GLOBAL APPEND PROPERTY ANNALS_LAYER_TARGETS annals_${name})
    set_property(GLOBAL APPEND PROPERTY ANNALS_LAYER_LINKS ${ARG_LINKS})
  endif()
endfunction()

# annals_library()
# The target annals (alias annals::annals): all layers in one static library,
# which is what a user links.
function(annals_library)
  get_property(layers GLOBAL PROPERTY ANNALS_LAYER_TARGETS)
  get_property(links GLOBAL PROPERTY ANNALS_LAYER_LINKS)
  list(REMOVE_DUPLICATES links)
  # Headers only, and no header of ours includes them.
  list(REMOVE_ITEM links taocpp::pegtl)
  set_property(GLOBAL PROPERTY ANNALS_LIBRARY_LINKS ${links})

  add_library(annals STATIC)
  add_library(annals::annals ALIAS annals)
  foreach(layer ${layers})
    target_sources(annals PRIVATE $<TARGET_OBJECTS:${layer}>)
  endforeach()
  set_target_properties(annals PROPERTIES LINKER_LANGUAGE CXX)
  target_compile_features(annals PUBLIC cxx_std_20)
  target_include_directories(annals PUBLIC $<BUILD_INTERFACE:${annals_BINARY_DIR}/include>)
  target_link_libraries(annals PUBLIC ${links} Threads::Threads)
endfunction()

# annals_tests(<folder> [OPTIMIZED] [LINKS <target>...])
# One test binary for tests/<folder>, every test of which ctest knows by name and
# under the label <folder>. Left out if the folder or what it links is not there.
# What is OPTIMIZED is so in debug builds too.
function(annals_tests name)
  cmake_parse_arguments(ARG "OPTIMIZED" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${annals_SOURCE_DIR}/tests/${name}/*.cc)
  if(NOT sources)
    return()
  endif()
  foreach(link ${ARG_LINKS})
    if(link MATCHES "^annals_" AND NOT TARGET ${link})
      message(STATUS "Tests of ${name} are left out: they need ${link}")
      return()
    endif()
  endforeach()
  add_executable(annals_${name}_tests ${sources})
  target_link_libraries(annals_${name}_tests PRIVATE ${ARG_LINKS} GTest::gmock_main)
  if(ARG_OPTIMIZED)
    target_compile_options(annals_${name}_tests PRIVATE -O2)
  endif()
  if(TARGET annals_schemas_tests AND NOT name STREQUAL "schemas" AND NOT ARG_OPTIMIZED)
    target_precompile_headers(annals_${name}_tests REUSE_FROM annals_schemas_tests)
  else()
    target_precompile_headers(annals_${name}_tests PRIVATE ${ANNALS_TEST_HEADERS})
  endif()
  if(TARGET annals_program)
    # For tests that run the program.
    target_compile_definitions(annals_${name}_tests PRIVATE
      ANNALS_PROGRAM="$<TARGET_FILE:annals_program>")
    if(name STREQUAL "cli")
      add_dependencies(annals_${name}_tests annals_program)
    endif()
  endif()
  # Asked for its tests when ctest runs, so that building runs nothing.
  gtest_discover_tests(annals_${name}_tests DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 60
    PROPERTIES TIMEOUT 600 LABELS ${name})
endfunction()

# annals_fuzzers(PROGRAM_PARTS <name>...)
# A libFuzzer program fuzz_<name> for every tests/fuzz/<name>.cc, and a test that runs it for
# a while, from what is in tests/fuzz/<name>_seeds on. They link the sources of the program
# that are named.
function(annals_fuzzers)
  cmake_parse_arguments(ARG "" "" "PROGRAM_PARTS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${annals_SOURCE_DIR}/tests/fuzz/*.cc)
  add_custom_target(annals_fuzz_tests)
  find_package(nlohmann_json REQUIRED)
  # Of the program what reads words that anybody may say; the rest takes long to compile.
  list(TRANSFORM ARG_PROGRAM_PARTS REPLACE "(.+)" "${annals_SOURCE_DIR}/cli/\\1.cc")
  add_library(annals_fuzzed_cli STATIC ${ARG_PROGRAM_PARTS})
  target_link_libraries(annals_fuzzed_cli PUBLIC annals_engine annals_ddl
    nlohmann_json::nlohmann_json)
  target_compile_options(annals_fuzzed_cli PRIVATE -fsanitize=${ANNALS_SANITIZE_LAYERS}
    -fsanitize=fuzzer-no-link)
  foreach(source ${sources})
    cmake_path(GET source STEM name)
    add_executable(fuzz_${name} ${source})
    target_link_libraries(fuzz_${name} PRIVATE annals_fuzzed_cli)
    target_compile_options(fuzz_${name} PRIVATE -O1 -fsanitize=fuzzer)
    target_link_options(fuzz_${name} PRIVATE -fsanitize=fuzzer)
    add_dependencies(annals_fuzz_tests fuzz_${name})
    set(found ${annals_BINARY_DIR}/fuzz/${name})
    file(MAKE_DIRECTORY ${found})
    set(seeds ${annals_SOURCE_DIR}/tests/fuzz/${name}_seeds)
    if(NOT IS_DIRECTORY ${seeds})
      set(seeds)
    endif()
    set(words)
    if(EXISTS ${annals_SOURCE_DIR}/tests/fuzz/${name}.dict)
      set(words -dict=${annals_SOURCE_DIR}/tests/fuzz/${name}.dict)
    endif()
    # Grammars have so many functions that weighing inputs by how rare what they reach is, and
    # naming each function that is reached first, would take most of the time.
    add_test(NAME fuzz.${name} COMMAND fuzz_${name} -max_total_time=20 -timeout=10
      -malloc_limit_mb=256 -rss_limit_mb=1024 -entropic=0 -print_funcs=0
      -print_final_stats=1 -verbosity=0
      -artifact_prefix=${found}. ${words} ${found} ${seeds})
    set_tests_properties(fuzz.${name} PROPERTIES LABELS fuzz TIMEOUT 120)
  endforeach()
endfunction()

# annals_benchmark(<name> [LINKS <target>...])
# The program <name> of <name>.cc in the current folder, on top of the whole library.
function(annals_benchmark name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  add_executable(${name} ${name}.cc)
  target_link_libraries(${name} PRIVATE annals_bench_catalogs ${ARG_LINKS}
    benchmark::benchmark benchmark::benchmark_main)
  set_target_properties(${name} PROPERTIES
    RUNTIME_OUTPUT_DIRECTORY ${annals_BINARY_DIR}/bench)
endfunction()
