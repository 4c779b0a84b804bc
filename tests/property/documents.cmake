cnisim_test(NAME property_documents
  SOURCES documents/json_round_trip_test.cc
  DEPENDS cnisim_models_document nlohmann_json::nlohmann_json)
