# Checks on the sources themselves.
find_package(Python3 REQUIRED COMPONENTS Interpreter)
foreach(check include_order sources_listed self_contained_text)
  add_test(NAME lint.${check}
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/${check}.py ${CMAKE_SOURCE_DIR})
endforeach()
add_test(NAME lint.include_order_finds_a_wrong_include
  COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/include_order_test.py)
