# The one file that knows the checkout's path: no other object depends on where it is built.
add_library(cnisim_tests_source_path STATIC source_path.cc)
target_link_libraries(cnisim_tests_source_path PUBLIC cnisim_options)
target_compile_definitions(cnisim_tests_source_path PRIVATE CNISIM_SOURCE_DIR="${CMAKE_SOURCE_DIR}")
