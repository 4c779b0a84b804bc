# The same comparison twice: a few thousand sets in the quick suite, 100,000 others when there is time.
set(policy_sources
  ${CMAKE_CURRENT_LIST_DIR}/policy/policy_differential_test.cc
  ${CMAKE_CURRENT_LIST_DIR}/policy/policy_oracle.cc
  ${CMAKE_CURRENT_LIST_DIR}/policy/random_policies.cc)
cnisim_test(NAME differential_policy SOURCES ${policy_sources} DEPENDS cnisim_models_policy LABELS long)
target_compile_definitions(test_differential_policy PRIVATE
  CNISIM_POLICY_SETS=3000 CNISIM_POLICY_FIRST_SET=0)
cnisim_test(NAME differential_policy_long SOURCES ${policy_sources} DEPENDS cnisim_models_policy LABELS slow)
target_compile_definitions(test_differential_policy_long PRIVATE
  CNISIM_POLICY_SETS=100000 CNISIM_POLICY_FIRST_SET=10000)
