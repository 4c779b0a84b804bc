add_library(cnisim_tests_thread_ranks STATIC thread_ranks.cc)
    target_link_libraries(cnisim_tests_thread_ranks PUBLIC cnisim_options cnisim_sim_engine)
