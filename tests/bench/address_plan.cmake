cnisim_benchmark(NAME address_plan SOURCES ${CMAKE_CURRENT_LIST_DIR}/address_plan_bench.cc
  DEPENDS cnisim_analysis_plan)
