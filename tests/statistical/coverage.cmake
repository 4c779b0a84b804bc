# Intervals against a queue whose truth is known: a tenth of the experiments in the quick suite.
foreach(form IN ITEMS "quick 100" "slow 1000")
  separate_arguments(form)
  list(GET form 0 name)
  list(GET form 1 experiments)
  set(labels)
  if(name STREQUAL slow)
    set(labels LABELS slow)
  else()
    set(labels LABELS long)
  endif()
  cnisim_test(NAME statistical_coverage_${name}
    SOURCES ${CMAKE_CURRENT_LIST_DIR}/interval_coverage_test.cc
    DEPENDS cnisim_analysis_stats cnisim_sim_queueing TBB::tbb ${labels})
  target_compile_definitions(test_statistical_coverage_${name} PRIVATE CNISIM_EXPERIMENTS=${experiments})
endforeach()
