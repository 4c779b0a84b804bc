# The quick form holds a tenth of the rows; the slow one all of them, the pages and the fit.
cnisim_test(NAME statistical_validation
  SOURCES validation/validation_sample_test.cc
  DEPENDS cnisim_analysis_report cnisim_analysis_validation cnisim_models_scenario
  LABELS long)
cnisim_test(NAME statistical_validation_whole
  SOURCES validation/validation_whole_test.cc
  DEPENDS cnisim_analysis_report cnisim_analysis_validation cnisim_models_scenario
  LABELS slow)
