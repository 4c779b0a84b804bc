# Result documents and runs for tests of what is drawn from them.
add_library(test_support_results STATIC ${CMAKE_CURRENT_LIST_DIR}/example_results.cc
  ${CMAKE_CURRENT_LIST_DIR}/fake_runs.cc)
target_link_libraries(test_support_results PUBLIC cnisim_options cnisim_analysis_experiment)
