# False alarms and power of check's baseline; a tenth of the pairs in the quick suite.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(form IN ITEMS "quick 10" "slow 100")
  separate_arguments(form)
  list(GET form 0 name)
  list(GET form 1 pairs)
  add_test(NAME statistical.gate_${name}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/gate.py $<TARGET_FILE:cnisim>
      ${CMAKE_SOURCE_DIR}/models/catalog ${pairs})
endforeach()
set_tests_properties(statistical.gate_quick PROPERTIES LABELS long)
set_tests_properties(statistical.gate_slow PROPERTIES LABELS slow TIMEOUT 1500)
