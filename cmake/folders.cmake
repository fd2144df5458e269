# stoplog_folder(NAME USES folder... LIBRARIES target...)
# The sources of proxy/NAME, and of its folders one deep, as one static target. USES are the only folders
# that it may include; tests/lint holds the same table against the includes.
function(stoplog_folder name)
  cmake_parse_arguments(arg "" "" "USES;LIBRARIES" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*.cpp
       ${CMAKE_CURRENT_SOURCE_DIR}/${name}/*/*.cpp)
  if(NOT sources)
    add_library(stoplog_${name} INTERFACE)
    set(scope INTERFACE)
  else()
    add_library(stoplog_${name} STATIC ${sources})
    target_link_libraries(stoplog_${name} PRIVATE stoplog_flags)
    set(scope PUBLIC)
  endif()
  target_include_directories(stoplog_${name} ${scope} ${CMAKE_SOURCE_DIR}/proxy)
  list(TRANSFORM arg_USES PREPEND stoplog_)
  target_link_libraries(stoplog_${name} ${scope} ${arg_USES} ${arg_LIBRARIES})
endfunction()
