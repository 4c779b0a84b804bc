cnisim_test(
  NAME determinism_engine
  SOURCES engine_ranks_test.cc engine_threads_test.cc random_graph.cc
  DEPENDS cnisim_sim_engine cnisim_tests_thread_ranks)
cnisim_test(
  NAME determinism_engine_slow
  SOURCES engine_ranks_slow_test.cc engine_threads_slow_test.cc random_graph.cc
  DEPENDS cnisim_sim_engine cnisim_tests_thread_ranks
  LABELS slow)
