add_library(cnisim_tests_explain_cases STATIC explain_cases.cc)
    target_link_libraries(cnisim_tests_explain_cases PUBLIC cnisim_models_datapath)
