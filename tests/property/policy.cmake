cnisim_test(NAME property_policy
  SOURCES policy/hostile_policies_test.cc
  DEPENDS cnisim_analysis_cli)
