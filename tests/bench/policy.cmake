cnisim_benchmark(NAME policy SOURCES ${CMAKE_CURRENT_LIST_DIR}/policy_bench.cc DEPENDS cnisim_analysis_connectivity)
