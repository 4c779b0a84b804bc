cnisim_test(NAME property_net SOURCES ${CMAKE_CURRENT_LIST_DIR}/net_property_test.cc
  DEPENDS cnisim_models_net)
