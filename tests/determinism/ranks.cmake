# A program without MPI refuses to be several ranks.
if(NOT CNISIM_MPI)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  set(launcher)
  if(MPI_CXX_FOUND)
    set(launcher ${MPIEXEC_EXECUTABLE})
  endif()
  add_test(NAME determinism.without_mpi
    COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/without_mpi.py $<TARGET_FILE:cnisim> ${launcher})
endif()
# The program on MPI ranks, where an MPI library is installed: the same bytes as one process.
if(MPI_CXX_FOUND)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  if(CNISIM_MPI)
    set(program_on_ranks $<TARGET_FILE:cnisim>)
  else()
    set(program_on_ranks $<TARGET_FILE:cnisim_mpi>)
  endif()
  set(compare_ranks ${Python3_EXECUTABLE} ${CMAKE_CURRENT_LIST_DIR}/run/ranks.py ${MPIEXEC_EXECUTABLE}
    $<TARGET_FILE:cnisim> ${program_on_ranks})
  add_test(NAME determinism.ranks
    COMMAND ${compare_ranks} quick ${CMAKE_SOURCE_DIR}/scenarios/smallest.yaml ${CMAKE_SOURCE_DIR}/scenarios/quickstart.yaml
      ${CMAKE_SOURCE_DIR}/tests/data/scenario/lookups.yaml)
  # Threads and ranks of one test at a time: they are more than the cores anyway.
  set_tests_properties(determinism.ranks PROPERTIES PROCESSORS 2 TIMEOUT 600)
  # Every scenario that `run` is for; those of the folders below are `plan`'s.
  file(GLOB shipped CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/scenarios/*.yaml)
  foreach(scenario IN LISTS shipped)
    cmake_path(GET scenario STEM name)
    add_test(NAME determinism.ranks_slow.${name} COMMAND ${compare_ranks} slow ${scenario})
    set_tests_properties(determinism.ranks_slow.${name} PROPERTIES PROCESSORS 2 TIMEOUT 3600 LABELS slow)
  endforeach()
endif()
