cnisim_test(NAME property_scenario_schema
  SOURCES scenario_schema/scenario_schema_test.cc
  DEPENDS cnisim_models_lifecycle cnisim_models_scenario nlohmann_json::nlohmann_json)

# Scenarios against the schema, by a validator that is not ours.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
execute_process(COMMAND ${Python3_EXECUTABLE} -c "import jsonschema, yaml"
  RESULT_VARIABLE no_validator OUTPUT_QUIET ERROR_QUIET)
if(NOT no_validator)
  add_test(NAME property_scenario_schema.shipped_scenarios_are_valid
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/scenario_schema/validate_scenarios.py ${CMAKE_SOURCE_DIR})
endif()
