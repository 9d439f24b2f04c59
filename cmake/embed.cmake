# cmake -D OUTPUT=FILE.cc -D HEADER=INCLUDE -D NAMESPACE=NAME -P embed.cmake -- FUNCTION=FILE[,FILE...]...
# Writes C++ source in which each function gives the bytes of files, one after the other.
set(source "// Made by cmake/embed.cmake.\n\n#include \"${HEADER}\"\n\nnamespace ${NAMESPACE} {\n")
set(is_file FALSE)
math(EXPR last "${CMAKE_ARGC} - 1")
foreach(i RANGE ${last})
  if(is_file AND "${CMAKE_ARGV${i}}" MATCHES "^([^=]+)=(.*)$")
    set(function ${CMAKE_MATCH_1})
    string(REPLACE "," ";" files "${CMAKE_MATCH_2}")
    set(bytes "")
    foreach(file ${files})
      file(READ "${file}" part HEX)
      string(APPEND bytes "${part}")
    endforeach()
    string(REGEX REPLACE "([0-9a-f][0-9a-f])" "\\\\x\\1" bytes "${bytes}")
    string(APPEND source "\nstd::string_view ${function}() {\n"
      "  static constexpr char kBytes[] = \"${bytes}\";\n"
      "  return {kBytes, sizeof(kBytes) - 1};\n}\n")
  endif()
  if("${CMAKE_ARGV${i}}" STREQUAL "--")
    set(is_file TRUE)
  endif()
endforeach()
file(WRITE "${OUTPUT}" "${source}\n}  // namespace ${NAMESPACE}\n")
