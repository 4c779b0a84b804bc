# The headers that most files include, parsed once. They save time and nothing else: a file still includes what it
# uses, and the lint preset builds without them.
set(cnisim_common_headers <algorithm> <array> <cmath> <cstdint> <functional> <map> <memory> <optional> <set> <span>
  <string> <string_view> <utility> <vector> <fmt/format.h>)

# A precompiled header serves only targets with the same definitions: those of {fmt} and of threads go to all of them.
target_link_libraries(cnisim_options INTERFACE fmt::fmt)
target_compile_options(cnisim_options INTERFACE -pthread)

# One empty object library owns each set; targets with the same flags reuse it.
function(cnisim_precompile name)
  cmake_parse_arguments(ARG "" "" "HEADERS;DEPENDS" ${ARGN})
  set(source ${CMAKE_BINARY_DIR}/generated/${name}.cc)
  file(CONFIGURE OUTPUT ${source} CONTENT "")
  add_library(${name} OBJECT ${source})
  target_link_libraries(${name} PRIVATE cnisim_options ${ARG_DEPENDS})
  target_precompile_headers(${name} PRIVATE ${ARG_HEADERS})
endfunction()

cnisim_precompile(cnisim_precompiled HEADERS ${cnisim_common_headers})
if(CNISIM_TESTS)
  # What a test checks runs in the libraries; its own code is optimised little, so that it compiles soon. GCC 12
  # reports its own std::string and <optional> as wrong in it (its bugs 105651 and 105562).
  add_library(cnisim_test_options INTERFACE)
  target_compile_options(cnisim_test_options INTERFACE $<$<CONFIG:Release>:-O1>)
  if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    target_compile_options(cnisim_test_options INTERFACE
      -Wno-array-bounds -Wno-maybe-uninitialized -Wno-restrict -Wno-stringop-overflow)
  endif()
  cnisim_precompile(cnisim_tests_precompiled HEADERS ${cnisim_common_headers} <gmock/gmock.h> <gtest/gtest.h>
    DEPENDS cnisim_test_options GTest::gmock)
endif()
