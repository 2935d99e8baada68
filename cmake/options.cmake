# Compiler flags of every target, and promptd_room(): a room is one static
# library made of all the .c files in its folder.

set(warnings
	-Wall -Wextra -Wpedantic -Wshadow -Wstrict-prototypes -Wmissing-prototypes
	-Wold-style-definition -Wwrite-strings -Wpointer-arith -Wcast-qual -Wformat=2
	-Wundef -Wvla -Wnull-dereference -Wdouble-promotion -Wconversion
	-Wsign-conversion -Wredundant-decls -Walloca)
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
	list(APPEND warnings -Wcast-align=strict -Wformat-signedness
		-Wimplicit-fallthrough=5 -Wlogical-op -Wduplicated-cond
		-Wduplicated-branches -Wjump-misses-init)
else()
	list(APPEND warnings -Wcast-align -Wimplicit-fallthrough)
endif()
if(PROMPTD_SANITIZE)
	# gcc's flow analysis sees paths the sanitizers add, not ours.
	list(REMOVE_ITEM warnings -Wnull-dereference)
	add_compile_options(-fsanitize=${PROMPTD_SANITIZE} -fno-sanitize-recover=all
		-fno-omit-frame-pointer)
	add_link_options(-fsanitize=${PROMPTD_SANITIZE})
endif()
if(PROMPTD_FUZZ)
	add_compile_options(-fsanitize=fuzzer-no-link)
endif()
add_compile_options(${warnings})
add_compile_definitions(_POSIX_C_SOURCE=200809L PROMPTD_VERSION="${PROJECT_VERSION}")

if(CMAKE_BUILD_TYPE STREQUAL "Release")
	add_compile_options(-fstack-protector-strong -fstack-clash-protection
		-fcf-protection -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=3)
	add_link_options(-pie -Wl,-z,relro,-z,now -Wl,--as-needed)
endif()

# promptd_room(name [uses...]): the library of one room. What a room may use is
# written down in tests/layers.cmake, and a test holds the two together.
function(promptd_room name)
	file(GLOB sources CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/*.c)
	if(NOT sources)
		add_library(${name} INTERFACE)
		return()
	endif()
	add_library(${name} STATIC ${sources})
	target_include_directories(${name} PUBLIC ${PROJECT_SOURCE_DIR})
	target_link_libraries(${name} PUBLIC ${ARGN})
endfunction()
