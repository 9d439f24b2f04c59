# What `cmake --install` puts where: the public headers under include/annals/, the
# library, the program, and what find_package and pkg-config need to find them.

include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# A header is public unless its name ends in _internal.h.
foreach(layer ${ANNALS_LAYERS})
  file(GLOB_RECURSE headers CONFIGURE_DEPENDS RELATIVE ${annals_SOURCE_DIR} ${layer}/*.h)
  list(FILTER headers EXCLUDE REGEX "_internal\\.h$")
  foreach(header ${headers})
    cmake_path(GET header PARENT_PATH folder)
    install(FILES ${header} DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/annals/${folder})
  endforeach()
endforeach()
install(FILES annals.h DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/annals OPTIONAL)

install(TARGETS annals EXPORT annals-targets
  ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR}
  INCLUDES DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
if(TARGET annals_program)
  install(TARGETS annals_program RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
endif()

set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/annals)
install(EXPORT annals-targets NAMESPACE annals:: DESTINATION ${package_dir})
configure_package_config_file(cmake/annals-config.cmake.in
  ${annals_BINARY_DIR}/annals-config.cmake INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(${annals_BINARY_DIR}/annals-config-version.cmake
  COMPATIBILITY SameMinorVersion)
install(FILES ${annals_BINARY_DIR}/annals-config.cmake
  ${annals_BINARY_DIR}/annals-config-version.cmake DESTINATION ${package_dir})

# The same dependencies under the names that pkg-config has for them.
get_property(links GLOBAL PROPERTY ANNALS_LIBRARY_LINKS)
set(ANNALS_PC_REQUIRES)
foreach(link ${links})
  if(link MATCHES "^absl::(.*)")
    list(APPEND ANNALS_PC_REQUIRES absl_${CMAKE_MATCH_1})
  elseif(link STREQUAL "OpenSSL::Crypto")
    list(APPEND ANNALS_PC_REQUIRES libcrypto)
  elseif(link STREQUAL "PkgConfig::xxhash")
    list(APPEND ANNALS_PC_REQUIRES libxxhash)
  elseif(link STREQUAL "RocksDB::rocksdb-shared")
    list(APPEND ANNALS_PC_REQUIRES rocksdb)
  elseif(link STREQUAL "flatbuffers::flatbuffers")
    list(APPEND ANNALS_PC_REQUIRES flatbuffers)
  elseif(link STREQUAL "yaml-cpp")
    list(APPEND ANNALS_PC_REQUIRES yaml-cpp)
  elseif(NOT link STREQUAL "Threads::Threads")
    message(FATAL_ERROR "Which pkg-config module is ${link}? Say so in cmake/install.cmake, "
      "and find it in cmake/annals-config.cmake.in.")
  endif()
endforeach()
list(JOIN ANNALS_PC_REQUIRES ", " ANNALS_PC_REQUIRES)
set(AT @)
configure_file(cmake/annals.pc.in ${annals_BINARY_DIR}/annals.pc.in @ONLY)
# The prefix may be chosen as late as `cmake --install --prefix`.
install(CODE "
  set(prefix \"\${CMAKE_INSTALL_PREFIX}\")
  configure_file(\"${annals_BINARY_DIR}/annals.pc.in\" \"${annals_BINARY_DIR}/annals.pc\" @ONLY)")
install(FILES ${annals_BINARY_DIR}/annals.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
