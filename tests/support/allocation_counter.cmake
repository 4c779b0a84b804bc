# An object library, so that its operator new is linked whether or not anything else of it is used.
add_library(cnisim_tests_allocation_counter OBJECT allocation_counter.cc)
target_link_libraries(cnisim_tests_allocation_counter PUBLIC cnisim_options)
