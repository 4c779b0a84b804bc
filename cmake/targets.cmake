# One folder, one target, named like the folder: sim/base -> cnisim_sim_base.

# cnisim_library(SOURCES a.cc... HEADERS a.h... DEPENDS cnisim_sim_base fmt::fmt...)
# Called in a folder's CMakeLists.txt. HEADERS are checked to stand alone.
function(cnisim_library)
  cmake_parse_arguments(ARG "" "" "SOURCES;HEADERS;DEPENDS" ${ARGN})
  file(RELATIVE_PATH folder ${CMAKE_SOURCE_DIR} ${CMAKE_CURRENT_SOURCE_DIR})
  string(REPLACE "/" "_" name ${folder})
  set(target cnisim_${name})
  if(ARG_SOURCES)
    add_library(${target} STATIC ${ARG_SOURCES})
    target_precompile_headers(${target} REUSE_FROM cnisim_precompiled)
    set(scope PUBLIC)
  else()
    add_library(${target} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_link_libraries(${target} ${scope} cnisim_options ${ARG_DEPENDS})
  target_sources(${target} ${scope} FILE_SET HEADERS BASE_DIRS ${CMAKE_SOURCE_DIR} FILES ${ARG_HEADERS})
endfunction()

# cnisim_test(NAME unit_sim_base SOURCES a_test.cc... DEPENDS ... [LABELS slow|long]): slow ones stay out of the quick
# suite, long ones (much simulation, little code of their own) out of the sanitized one.
# One GoogleTest program a call; its tests appear in ctest one by one.
function(cnisim_test)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPENDS;LABELS" ${ARGN})
  add_executable(test_${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(test_${ARG_NAME} PRIVATE cnisim_options cnisim_test_options ${ARG_DEPENDS} cnisim_tests_source_path
    cnisim_tests_scratch_folder GTest::gmock GTest::gtest_main)
  target_precompile_headers(test_${ARG_NAME} REUSE_FROM cnisim_tests_precompiled)
  set(properties TIMEOUT 600)
  if(ARG_LABELS)
    list(APPEND properties LABELS ${ARG_LABELS})
  endif()
  gtest_discover_tests(test_${ARG_NAME} TEST_PREFIX ${ARG_NAME}. DISCOVERY_MODE PRE_TEST
    PROPERTIES ${properties})
endfunction()

# cnisim_benchmark(NAME phold SOURCES phold_bench.cc... DEPENDS ...)
function(cnisim_benchmark)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPENDS" ${ARGN})
  add_executable(bench_${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(bench_${ARG_NAME} PRIVATE cnisim_options ${ARG_DEPENDS} cnisim_tests_source_path
    benchmark::benchmark_main)
endfunction()
