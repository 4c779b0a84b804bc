cnisim_test(
  NAME property_workload
  SOURCES workload/conservation_test.cc
  DEPENDS cnisim_models_workload cnisim_tests_small_traffic)
