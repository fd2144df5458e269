# The fold table of proxy/text, made at build time from the Unicode Character
# Database and our list of look-alikes, so that nothing generated is committed.
find_package(Python3 3.9 REQUIRED COMPONENTS Interpreter)

set(STOPLOG_UNICODE_DATA "/usr/share/unicode" CACHE PATH "Folder that holds UnicodeData.txt (Debian's unicode-data)")
if(NOT EXISTS "${STOPLOG_UNICODE_DATA}/UnicodeData.txt")
  message(FATAL_ERROR "UnicodeData.txt is not in ${STOPLOG_UNICODE_DATA}; install unicode-data or set STOPLOG_UNICODE_DATA.")
endif()

function(stoplog_fold_table target)
  set(script ${CMAKE_SOURCE_DIR}/cmake/fold_table.py)
  set(lookalikes ${CMAKE_SOURCE_DIR}/proxy/text/lookalikes.txt)
  set(table ${CMAKE_CURRENT_BINARY_DIR}/fold_table.cpp)
  add_custom_command(
    OUTPUT ${table}
    COMMAND ${Python3_EXECUTABLE} ${script} ${STOPLOG_UNICODE_DATA} ${lookalikes} ${table}
    DEPENDS ${script} ${lookalikes} ${STOPLOG_UNICODE_DATA}/UnicodeData.txt ${STOPLOG_UNICODE_DATA}/CaseFolding.txt
            ${STOPLOG_UNICODE_DATA}/DerivedCoreProperties.txt ${STOPLOG_UNICODE_DATA}/PropList.txt
    COMMENT "Folding Unicode" VERBATIM)
  target_sources(${target} PRIVATE ${table})
endfunction()
