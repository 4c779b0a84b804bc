cnisim_test(NAME golden_explain
  SOURCES explain/explain_golden_test.cc
  DEPENDS cnisim_analysis_report cnisim_tests_explain_cases)
