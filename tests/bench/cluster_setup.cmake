# The scenario is generated when the benchmark is built.
set(big_cluster ${CMAKE_CURRENT_BINARY_DIR}/big_cluster_scenario)
add_custom_command(OUTPUT ${big_cluster}/scenario.yaml
  COMMAND ${CMAKE_CURRENT_LIST_DIR}/big_cluster/generate ${big_cluster}
  DEPENDS ${CMAKE_CURRENT_LIST_DIR}/big_cluster/generate)
cnisim_benchmark(NAME cluster_setup
  SOURCES ${CMAKE_CURRENT_LIST_DIR}/cluster_setup_bench.cc ${big_cluster}/scenario.yaml
  DEPENDS cnisim_models_scenario)
target_compile_definitions(bench_cluster_setup PRIVATE CNISIM_BIG_CLUSTER="${big_cluster}/scenario.yaml")
