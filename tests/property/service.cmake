cnisim_test(NAME property_service
  SOURCES service/iptables_save_test.cc service/iptables_walk_test.cc service/map_counts_test.cc service/map_writer.cc service/random_services.cc
          service/rule_set_writer.cc
  DEPENDS cnisim_models_service)
