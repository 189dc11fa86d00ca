# weixin_library(NAME SOURCES ... LINK ...)   a static library of one folder
# weixin_test(NAME LABEL fast|e2e|system SOURCES ... LINK ...)   a GoogleTest binary, registered test by test
add_library(weixin_flags INTERFACE)
target_include_directories(weixin_flags INTERFACE ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}/generated)
target_compile_options(weixin_flags INTERFACE -Wall -Wextra -Wconversion -Wshadow
  $<$<BOOL:${WEIXIN_WERROR}>:-Werror>)
if(WEIXIN_SANITIZE)
  # Instrumented code hides from g++ 12 what was initialised and which operator new made a coroutine's frame; the
  # plain builds keep both warnings.
  target_compile_options(weixin_flags INTERFACE -fsanitize=${WEIXIN_SANITIZE} -fno-omit-frame-pointer -g1
    $<$<CXX_COMPILER_ID:GNU>:-Wno-maybe-uninitialized;-Wno-mismatched-new-delete>)
  if(WEIXIN_SANITIZE STREQUAL "thread")
    # Asio uses fences, which g++ cannot follow under ThreadSanitizer, and says so.
    target_compile_options(weixin_flags INTERFACE -Wno-tsan)
  endif()
  target_link_options(weixin_flags INTERFACE -fsanitize=${WEIXIN_SANITIZE})
endif()

function(weixin_library name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_library(${name} STATIC ${ARG_SOURCES})
  target_link_libraries(${name} PUBLIC weixin_flags ${ARG_LINK})
endfunction()

function(weixin_program name)
  cmake_parse_arguments(ARG "" "" "SOURCES;LINK" ${ARGN})
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE weixin_flags ${ARG_LINK})
endfunction()

function(weixin_test name)
  cmake_parse_arguments(ARG "" "LABEL;TIMEOUT" "SOURCES;LINK;DEPENDS" ${ARGN})
  if(NOT ARG_TIMEOUT)
    set(ARG_TIMEOUT 60)
  endif()
  add_executable(${name} ${ARG_SOURCES})
  target_link_libraries(${name} PRIVATE weixin_flags ${ARG_LINK} GTest::gmock GTest::gtest_main)
  target_compile_definitions(${name} PRIVATE
    WEIXIN_TEST_DATA="${CMAKE_SOURCE_DIR}/tests/data" WEIXIN_BIN_DIR="${CMAKE_BINARY_DIR}/bin")
  if(ARG_DEPENDS)
    add_dependencies(${name} ${ARG_DEPENDS})
  endif()
  set_target_properties(${name} PROPERTIES RUNTIME_OUTPUT_DIRECTORY ${CMAKE_BINARY_DIR}/tests-bin)
  gtest_discover_tests(${name} DISCOVERY_TIMEOUT 60 PROPERTIES
    LABELS ${ARG_LABEL} TIMEOUT ${ARG_TIMEOUT} ENVIRONMENT "WEIXIND_LOOPBACK_ONLY=1")
endfunction()
