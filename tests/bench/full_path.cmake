cnisim_benchmark(NAME full_path
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/full_path_bench.cc ${CMAKE_CURRENT_LIST_DIR}/full_path/full_path_lp.cc
  DEPENDS cnisim_models_scenario fmt::fmt)
