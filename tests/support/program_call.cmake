# The program as a function.
add_library(cnisim_tests_program_call STATIC program_call.cc)
target_link_libraries(cnisim_tests_program_call PUBLIC cnisim_analysis_cli PRIVATE cnisim_options)
