cnisim_test(NAME property_cluster
  SOURCES cluster/placement_test.cc
  DEPENDS cnisim_models_cluster)
