# Build settings that every target shares, and the functions that make a layer
# (a top-level folder of the library) and its tests.

set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_CXX_VISIBILITY_PRESET hidden)
set(CMAKE_VISIBILITY_INLINES_HIDDEN ON)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)

add_library(annals_settings INTERFACE)
target_include_directories(annals_settings INTERFACE ${CMAKE_BINARY_DIR}/include)
target_compile_options(annals_settings INTERFACE -Wall -Wextra -Wshadow -Wnon-virtual-dtor
  -Woverloaded-virtual -Wno-missing-field-initializers -fstack-protector-strong)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
  # False alarms of g++ 12 on std::string concatenation at -O3.
  target_compile_options(annals_settings INTERFACE -Wno-restrict)
endif()
if(ANNALS_WERROR)
  target_compile_options(annals_settings INTERFACE -Werror)
endif()
if(ANNALS_SANITIZE)
  target_compile_options(annals_settings INTERFACE -fsanitize=${ANNALS_SANITIZE}
    -fno-sanitize-recover=all -fno-omit-frame-pointer)
  target_link_options(annals_settings INTERFACE -fsanitize=${ANNALS_SANITIZE})
endif()

# annals_layer(<folder> [USES <layer>...] [LINKS <target>...])
# The layer's target links only the layers that it may include.
function(annals_layer name)
  cmake_parse_arguments(ARG "" "" "USES;LINKS" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  add_library(annals_${name} STATIC ${sources})
  list(TRANSFORM ARG_USES PREPEND annals_)
  target_link_libraries(annals_${name} PUBLIC annals_settings ${ARG_USES} ${ARG_LINKS})
endfunction()

# annals_tests(<folder> [LINKS <target>...])
# One test binary for tests/<folder>, every test of which ctest knows by name.
function(annals_tests name)
  cmake_parse_arguments(ARG "" "" "LINKS" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/tests/${name}/*.cc)
  if(NOT sources)
    return()
  endif()
  add_executable(annals_${name}_tests ${sources})
  target_link_libraries(annals_${name}_tests PRIVATE ${ARG_LINKS} GTest::gmock_main)
  gtest_discover_tests(annals_${name}_tests DISCOVERY_TIMEOUT 60 PROPERTIES TIMEOUT 600)
endfunction()
