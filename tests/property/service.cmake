cnisim_test(NAME property_service
  SOURCES service/iptables_save_test.cc
  DEPENDS cnisim_models_service)
