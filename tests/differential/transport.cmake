cnisim_test(
  NAME differential_transport
  SOURCES transport_theory_test.cc
  DEPENDS cnisim_models_workload cnisim_tests_small_traffic
  LABELS long)
