# Writes FOLDER/charts.js: the bundle, or an empty file where it cannot be made.

file(COPY ${SOURCE}/package.json ${SOURCE}/package-lock.json ${SOURCE}/charts.mjs DESTINATION ${FOLDER})
set(reason "npm was not found")
if(NPM)
  execute_process(COMMAND ${NPM} ci --no-audit --no-fund --loglevel=error WORKING_DIRECTORY ${FOLDER}
    RESULT_VARIABLE failed OUTPUT_VARIABLE log ERROR_VARIABLE log)
  if(NOT failed)
    execute_process(COMMAND ${NPM} run --silent bundle -- --outfile=charts.js --log-level=error
      WORKING_DIRECTORY ${FOLDER} RESULT_VARIABLE failed OUTPUT_VARIABLE log ERROR_VARIABLE log)
  endif()
  if(NOT failed)
    return()
  endif()
  set(reason "npm failed: ${log}")
endif()
message(WARNING "Reports will show tables without charts: ${reason}")
file(WRITE ${FOLDER}/charts.js "")
