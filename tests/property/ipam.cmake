# The same random operations twice: 50 000 a mode in the quick suite, a million under `slow`.
cnisim_test(NAME property_ipam SOURCES ${CMAKE_CURRENT_LIST_DIR}/ipam_property_test.cc
  DEPENDS cnisim_models_ipam)
target_compile_definitions(test_property_ipam PRIVATE CNISIM_OPERATIONS=50000)
cnisim_test(NAME property_ipam_slow SOURCES ${CMAKE_CURRENT_LIST_DIR}/ipam_property_test.cc
  DEPENDS cnisim_models_ipam LABELS slow)
target_compile_definitions(test_property_ipam_slow PRIVATE CNISIM_OPERATIONS=1000000)
