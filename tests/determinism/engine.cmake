cnisim_test(
  NAME determinism_engine
  SOURCES engine_threads_test.cc random_graph.cc
  DEPENDS cnisim_sim_engine)
cnisim_test(
  NAME determinism_engine_slow
  SOURCES engine_threads_slow_test.cc random_graph.cc
  DEPENDS cnisim_sim_engine
  LABELS slow)
