cnisim_test(
  NAME property_workload
  SOURCES workload/conservation_test.cc
  DEPENDS cnisim_models_workload cnisim_tests_small_traffic cnisim_tests_thread_ranks)
