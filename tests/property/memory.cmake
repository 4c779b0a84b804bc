# A program of its own, because it counts what operator new gives out.
cnisim_test(
  NAME property_memory
  SOURCES workload/memory_test.cc
  DEPENDS cnisim_models_workload cnisim_tests_allocation_counter cnisim_tests_small_traffic)
