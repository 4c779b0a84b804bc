cnisim_benchmark(NAME phold SOURCES phold_bench.cc DEPENDS cnisim_sim_engine)
