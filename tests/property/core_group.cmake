cnisim_test(
  NAME property_core_group
  SOURCES core_group_property_test.cc
  DEPENDS cnisim_sim_queueing)
