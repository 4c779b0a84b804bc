# cnisim_fuzzer(NAME document SOURCES document_fuzz.cc DEPENDS ... CORPUS dir...)
# Under the fuzz preset a libFuzzer program; everywhere else a test that replays the corpus, so that
# every compiler and sanitizer sees it.
function(cnisim_fuzzer)
  cmake_parse_arguments(ARG "" "NAME" "SOURCES;DEPENDS;CORPUS" ${ARGN})
  add_executable(fuzz_${ARG_NAME} ${ARG_SOURCES})
  target_link_libraries(fuzz_${ARG_NAME} PRIVATE cnisim_options ${ARG_DEPENDS})
  if(CNISIM_FUZZ)
    target_compile_options(fuzz_${ARG_NAME} PRIVATE -fsanitize=fuzzer)
    target_link_options(fuzz_${ARG_NAME} PRIVATE -fsanitize=fuzzer)
  else()
    target_sources(fuzz_${ARG_NAME} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/replay.cc)
    add_test(NAME fuzz.${ARG_NAME} COMMAND fuzz_${ARG_NAME} ${ARG_CORPUS})
    set_tests_properties(fuzz.${ARG_NAME} PROPERTIES TIMEOUT 120)
  endif()
endfunction()

set(corpus ${CMAKE_CURRENT_LIST_DIR}/corpus)
set(inputs ${CMAKE_SOURCE_DIR}/scenarios)
cnisim_fuzzer(NAME document SOURCES ${CMAKE_CURRENT_LIST_DIR}/document_fuzz.cc
  DEPENDS cnisim_models_document CORPUS ${corpus}/document ${corpus}/manifest ${inputs} ${CMAKE_SOURCE_DIR}/models/catalog)
cnisim_fuzzer(NAME manifest SOURCES ${CMAKE_CURRENT_LIST_DIR}/manifest_fuzz.cc
  DEPENDS cnisim_models_cluster CORPUS ${corpus}/manifest ${corpus}/document ${inputs}/inputs)
