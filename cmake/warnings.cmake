# The warnings of the whole project, decided once.
set(DLCHECK_WARNINGS -Wall -Wextra -Wshadow -Wundef -Wvla)
set(DLCHECK_C_WARNINGS -Wstrict-prototypes -Wswitch-enum)
if(DLCHECK_WERROR)
  list(APPEND DLCHECK_WARNINGS -Werror)
endif()

# Our own code: the warnings, and includes written from the top of the tree ("libdlcheck/base/arena.h").
function(dlcheck_target target)
  target_compile_options(${target} PRIVATE ${DLCHECK_WARNINGS} $<$<COMPILE_LANGUAGE:C>:${DLCHECK_C_WARNINGS}>)
  target_include_directories(${target} PRIVATE ${PROJECT_SOURCE_DIR} ${PROJECT_SOURCE_DIR}/libdlcheck/include)
  target_compile_definitions(${target} PRIVATE _GNU_SOURCE)
endfunction()
