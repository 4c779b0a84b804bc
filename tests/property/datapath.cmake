cnisim_test(NAME property_datapath
  SOURCES datapath/published_totals_test.cc datapath/scaling_test.cc
  DEPENDS cnisim_models_datapath)
