cnisim_test(NAME property_service
  SOURCES service/iptables_save_test.cc service/iptables_walk_test.cc service/rule_set_writer.cc
  DEPENDS cnisim_models_service)
