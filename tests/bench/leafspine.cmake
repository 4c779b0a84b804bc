cnisim_benchmark(
  NAME leafspine
  SOURCES leafspine_bench.cc
  DEPENDS cnisim_sim_engine cnisim_sim_queueing)
