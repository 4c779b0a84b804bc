cnisim_test(NAME golden_broken_inputs
  SOURCES broken_inputs/broken_inputs_test.cc
  DEPENDS cnisim_models_scenario)
