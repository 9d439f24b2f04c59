# cmake -D BUILD=... -D CONFIG=... -D SOURCE=... -D COMPILER=... -P use_package.cmake
cmake_minimum_required(VERSION 3.25)

# run(<command>...): fails loudly.
function(run)
  execute_process(COMMAND ${ARGN} COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(prefix ${BUILD}/installed)
set(consumer ${BUILD}/install_test)
file(REMOVE_RECURSE ${prefix} ${consumer})
run(${CMAKE_COMMAND} --install ${BUILD} --config ${CONFIG} --prefix ${prefix})

# Nothing but public headers of the layers.
file(GLOB_RECURSE headers RELATIVE ${prefix}/include ${prefix}/include/*)
foreach(header ${headers})
  if(NOT header MATCHES "^annals/(annals\\.h|(schemas|catalog|log|snapshot|commands|ddl|engine)/.*\\.h)$"
     OR header MATCHES "_internal\\.h$|_generated\\.h$")
    message(FATAL_ERROR "${header} does not belong to the installed headers")
  endif()
endforeach()

# One program that includes every one of them, once in this order and once in the
# other, and takes in the whole library, so that nothing it needs can be missing.
set(includes)
set(reversed)
foreach(header ${headers})
  string(APPEND includes "#include <${header}>\n")
  string(PREPEND reversed "#include <${header}>\n")
endforeach()
file(WRITE ${consumer}/every_header.cc "${includes}\nint main() { return 0; }\n")
file(WRITE ${consumer}/every_header_reversed.cc "${reversed}")
file(COPY ${SOURCE}/tests/install/consumer/ DESTINATION ${consumer})
file(COPY ${SOURCE}/examples DESTINATION ${consumer})

# The quick start of the README is one of the examples.
file(READ ${SOURCE}/README.md readme)
string(FIND "${readme}" "```cpp\n" begin)
if(begin EQUAL -1)
  message(FATAL_ERROR "README.md has no quick start")
endif()
math(EXPR begin "${begin} + 7")
string(SUBSTRING "${readme}" ${begin} -1 readme)
string(FIND "${readme}" "```" length)
string(SUBSTRING "${readme}" 0 ${length} quick_start)
file(WRITE ${consumer}/examples/quick_start.cc "${quick_start}")

if(SANITIZE)
  set(flags -fsanitize=${SANITIZE})
endif()
run(${CMAKE_COMMAND} -S ${consumer} -B ${consumer}/build -G Ninja
  -D CMAKE_PREFIX_PATH=${prefix} -D CMAKE_CXX_COMPILER=${COMPILER}
  -D CMAKE_CXX_COMPILER_LAUNCHER=${LAUNCHER} -D CMAKE_CXX_FLAGS=${flags})
run(${CMAKE_COMMAND} --build ${consumer}/build --parallel 2)
run(${consumer}/build/every_header)

# Each example runs in a folder of its own.
file(GLOB examples ${consumer}/examples/*.cc)
foreach(example ${examples})
  cmake_path(GET example STEM name)
  set(folder ${consumer}/run/${name})
  file(MAKE_DIRECTORY ${folder})
  execute_process(COMMAND ${consumer}/build/examples/${name} WORKING_DIRECTORY ${folder}
    COMMAND_ECHO STDOUT COMMAND_ERROR_IS_FATAL ANY)
endforeach()

# pkg-config leads to the same library.
file(GLOB_RECURSE pc ${prefix}/annals.pc)
cmake_path(GET pc PARENT_PATH pc_folder)
set(ENV{PKG_CONFIG_PATH} ${pc_folder})
execute_process(COMMAND pkg-config --cflags --libs annals OUTPUT_VARIABLE found
  OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
separate_arguments(found UNIX_COMMAND "${found}")
file(GLOB objects ${consumer}/build/CMakeFiles/every_header.dir/*.o)
run(${COMPILER} ${flags} ${objects} ${found} -Wl,--whole-archive -lannals
  -Wl,--no-whole-archive ${found} -o ${consumer}/with_pkg_config)
run(${consumer}/with_pkg_config)

if(EXISTS ${BUILD}/annals)
  run(${prefix}/bin/annals --version)
endif()
