# Compile options of every target, in one place.

find_program(CCACHE ccache)
if(CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  # ccache stores objects that used a precompiled header only when it is told that time macros do not matter to them.
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros ${CCACHE})
endif()

find_program(MOLD mold)
if(MOLD)
  add_link_options(-fuse-ld=mold)
endif()

add_library(cnisim_options INTERFACE)
target_compile_options(cnisim_options INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wold-style-cast
  -Wnon-virtual-dtor -Woverloaded-virtual -Werror
  # Same inputs, same bytes: no contraction, no fast-math, no -march=native outside the bench preset.
  -ffp-contract=off)
target_include_directories(cnisim_options INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)

if(CNISIM_SANITIZE)
  add_compile_options(-fsanitize=${CNISIM_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CNISIM_SANITIZE})
endif()

if(CNISIM_FUZZ)
  # Libraries report their coverage to the fuzzer; only the fuzz programs get its main().
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()

if(CNISIM_CLANG_TIDY)
  find_program(CLANG_TIDY clang-tidy REQUIRED)
  set(CMAKE_CXX_CLANG_TIDY ${CLANG_TIDY})
endif()
