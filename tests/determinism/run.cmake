# Whole command lines: the same bytes for any number of threads, other ones for another seed, in the documented form.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
add_test(NAME determinism.run
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/same_bytes.py $<TARGET_FILE:cnisim>
    ${CMAKE_SOURCE_DIR}/scenarios/smallest.yaml)
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import jsonschema" RESULT_VARIABLE no_jsonschema
  OUTPUT_QUIET ERROR_QUIET)
if(no_jsonschema EQUAL 0)
  add_test(NAME determinism.results_schema
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/results_schema.py $<TARGET_FILE:cnisim>
      ${CMAKE_SOURCE_DIR}/scenarios/smallest.yaml ${CMAKE_SOURCE_DIR}/docs/schema/results-1.schema.json)
endif()
