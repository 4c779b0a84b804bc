cnisim_test(NAME differential_explain
  SOURCES explain_against_simulation_test.cc
  DEPENDS cnisim_analysis_explain)
