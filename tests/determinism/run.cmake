# Whole command lines: the same bytes for any number of threads, other ones for another seed, in the documented form.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME determinism.run
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/same_bytes.py $<TARGET_FILE:cnisim>
    ${CMAKE_SOURCE_DIR}/scenarios/smallest.yaml)
# Look-ups have caches and timers of their own.
add_test(NAME determinism.lookups
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/same_bytes.py $<TARGET_FILE:cnisim>
    ${CMAKE_SOURCE_DIR}/tests/data/scenario/lookups.yaml)
# A sweep that is killed and begun again ends in the bytes of one that was left alone.
add_test(NAME determinism.interrupted_sweep
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/killed_sweep.py $<TARGET_FILE:cnisim> interrupt)
foreach(form IN ITEMS "quick 5" "slow 50")
  separate_arguments(form)
  list(GET form 0 name)
  list(GET form 1 kills)
  add_test(NAME determinism.killed_sweep_${name}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/killed_sweep.py $<TARGET_FILE:cnisim> ${kills})
endforeach()
set_tests_properties(determinism.lookups determinism.interrupted_sweep determinism.killed_sweep_quick PROPERTIES LABELS long)
set_tests_properties(determinism.killed_sweep_slow PROPERTIES LABELS slow)
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import jsonschema" RESULT_VARIABLE no_jsonschema
  OUTPUT_QUIET ERROR_QUIET)
if(no_jsonschema EQUAL 0)
  add_test(NAME determinism.results_schema
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/results_schema.py $<TARGET_FILE:cnisim>
      ${CMAKE_SOURCE_DIR}/scenarios/smallest.yaml ${CMAKE_SOURCE_DIR}/docs/schema/results-1.schema.json)
endif()
# A ramp, on MPI ranks too where there is a library.
set(ramp_on_ranks)
if(MPI_CXX_FOUND)
  set(ramp_on_ranks ${MPIEXEC_EXECUTABLE})
  if(CNISIM_MPI)
    list(APPEND ramp_on_ranks $<TARGET_FILE:cnisim>)
  else()
    list(APPEND ramp_on_ranks $<TARGET_FILE:cnisim_mpi>)
  endif()
endif()
if(no_jsonschema EQUAL 0)
  add_test(NAME determinism.ramp
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/ramp.py $<TARGET_FILE:cnisim>
      ${CMAKE_SOURCE_DIR}/scenarios/smallest.yaml ${CMAKE_SOURCE_DIR}/docs/schema/ramp-1.schema.json ${ramp_on_ranks})
  set_tests_properties(determinism.ramp PROPERTIES PROCESSORS 2 LABELS long)
endif()
