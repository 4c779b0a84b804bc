cnisim_test(
  NAME differential_queueing
  SOURCES queueing_closed_form_test.cc queueing_network_test.cc queueing_theory_test.cc
  DEPENDS cnisim_sim_queueing cnisim_sim_engine
  LABELS long)
