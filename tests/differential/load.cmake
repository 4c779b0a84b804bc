cnisim_test(
  NAME differential_load
  SOURCES load_theory_test.cc
  DEPENDS cnisim_models_workload cnisim_tests_small_traffic
  LABELS long)
cnisim_test(
  NAME differential_bulk
  SOURCES bulk_by_size_test.cc
  DEPENDS cnisim_models_scenario
  LABELS long)
