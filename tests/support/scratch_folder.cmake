# Folders for files that tests write.
add_library(cnisim_tests_scratch_folder STATIC scratch_folder.cc)
target_link_libraries(cnisim_tests_scratch_folder PUBLIC cnisim_options)
