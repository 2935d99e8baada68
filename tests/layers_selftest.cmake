# cmake -DWORK=<scratch folder> -P tests/layers_selftest.cmake
#
# A check that cannot fail is none: this builds a small tree that keeps to the
# layers, sees layers.cmake pass it, then plants one violation of every kind and
# expects each to be named with its file and line.
cmake_minimum_required(VERSION 3.25)
set(tree "${WORK}/layers_selftest")

function(run_layers)
	execute_process(COMMAND ${CMAKE_COMMAND} -DROOT=${tree}
		-P ${CMAKE_CURRENT_LIST_DIR}/layers.cmake
		RESULT_VARIABLE status OUTPUT_VARIABLE text ERROR_VARIABLE text)
	set(status "${status}" PARENT_SCOPE)
	set(text "${text}" PARENT_SCOPE)
endfunction()

function(plant_clean_tree)
	file(REMOVE_RECURSE "${tree}")
	file(WRITE "${tree}/core/buf.h" "#include <stddef.h>\n")
	file(WRITE "${tree}/core/buf.c" [=[
#include "core/buf.h"
/* strcpy() may be spoken of, */
// and so may sprintf();
/*
 * also atoi() over several lines
 */
const char *hint = "use alloca(n)"; char quote = '"'; int my_atoi(int);
]=])
	file(WRITE "${tree}/store/store.h" "#include \"core/buf.h\"\n")
	file(WRITE "${tree}/store/store.c" "#include <sqlite3.h>\n#include \"store/store.h\"\n")
	file(WRITE "${tree}/library/yaml.c" "#include <yaml.h>\n")
	file(WRITE "${tree}/mcp/rpc.h" "#include \"store/store.h\"\n")
	file(WRITE "${tree}/mcp/CMakeLists.txt" "promptd_room(mcp core schema store)\n")
	file(WRITE "${tree}/platform/linux/watch.c" "#include <sys/inotify.h>\n#ifdef __linux__\n#endif\n")
	file(WRITE "${tree}/platform/linux/x11.h" "#include <X11/Xlib.h>\n")
	file(WRITE "${tree}/agent/main.c" "#include <getopt.h>\n#include \"mcp/rpc.h\"\n")
	file(WRITE "${tree}/tests/test_store.c" "#include <sqlite3.h>\n#include \"agent/main.h\"\n")
endfunction()

set(planted 0)
# violation(<file> <line> <text of the file> <what must be said>)
function(violation file line text_of_file reason)
	plant_clean_tree()
	file(WRITE "${tree}/${file}" "${text_of_file}")
	run_layers()
	if(status EQUAL 0)
		message(SEND_ERROR "${file} passed, but should not: ${reason}")
	endif()
	string(FIND "${text}" "${file}:${line}: ${reason}" at)
	if(at EQUAL -1)
		message(SEND_ERROR "expected \"${file}:${line}: ${reason}\", got:\n${text}")
	endif()
	math(EXPR planted "${planted} + 1")
	set(planted ${planted} PARENT_SCOPE)
endfunction()

plant_clean_tree()
run_layers()
if(NOT status EQUAL 0)
	message(FATAL_ERROR "the clean tree did not pass:\n${text}")
endif()

# Who may see whom.
violation(core/a.c 2 "\n#include \"store/store.h\"\n" "core may not see store")
violation(schema/a.h 1 "#include \"core/buf.h\"\n" "schema may not see core")
violation(store/a.c 1 "#include \"library/library.h\"\n" "store may not see library")
violation(library/a.c 1 "#include \"store/store.h\"\n" "library may not see store")
violation(mcp/a.c 3 "/*\n*/\n#  include \"library/x.h\"\n" "mcp may not see library")
violation(mcp/b.c 1 "#include \"sync/http.h\"\n" "mcp may not see sync")
violation(sync/a.c 1 "#include \"mcp/rpc.h\"\n" "sync may not see mcp")
violation(platform/a.c 1 "#include \"store/store.h\"\n" "platform may not see store")
violation(desktop/a.c 1 "#include \"mcp/rpc.h\"\n" "desktop may not see mcp")
violation(hub/a.c 1 "#include \"store/store.h\"\n" "hub may not see store")
violation(agent/a.c 1 "#include \"hub/http.h\"\n" "agent may not see hub")
violation(agent/b.c 1 "#include \"desktop/palette.h\"\n" "agent may not see desktop")
violation(mcp/c.c 1 "#include \"agent/agent.h\"\n" "mcp may not see agent")
violation(agent/c.c 1 "#include \"tests/test.h\"\n" "includes \"tests/test.h\", which is in no room")
violation(core/b.c 1 "#include \"buf.h\"\n" "includes \"buf.h\" without its room")
violation(agent/d.c 1 "#include \"platform/linux/x11.h\"\n" "\"platform/linux/x11.h\" is inside")
violation(mcp/CMakeLists.txt 1 "promptd_room(mcp core library)\n" "mcp is linked with library")

# Which header lives where.
violation(mcp/d.c 1 "#include <sqlite3.h>\n" "<sqlite3.h> does not belong here")
violation(hub/db.c 1 "#include <libpq-fe.h>\n" "<libpq-fe.h> does not belong here")
violation(core/c.c 1 "#include <libwebsockets.h>\n" "<libwebsockets.h> does not belong here")
violation(agent/e.c 1 "#include <curl/curl.h>\n" "<curl/curl.h> does not belong here")
violation(library/b.c 1 "#include <git2.h>\n" "<git2.h> does not belong here")
violation(agent/f.c 1 "#include <yaml.h>\n" "<yaml.h> does not belong here")
violation(library/z.c 1 "#include <yaml.h>\n" "<yaml.h> is in library/yaml.c already")
violation(platform/linux/paste.c 1 "#include <X11/Xlib.h>\n" "<X11/Xlib.h> does not belong here")
violation(platform/linux/x11.c 1 "#include <gtk/gtk.h>\n" "<gtk/gtk.h> does not belong here")
violation(core/d.c 1 "#include <sodium.h>\n" "<sodium.h> does not belong here")
violation(schema/b.h 1 "#include <jansson.h>\n" "<jansson.h> does not belong here")
violation(agent/g.c 1 "#include <sys/inotify.h>\n" "<sys/inotify.h> does not belong here")
violation(core/e.c 1 "#include <windows.h>\n" "<windows.h> does not belong here")
violation(mcp/e.c 1 "#include <pthread.h>\n" "<pthread.h> does not belong here")
violation(library/c.c 1 "#include <getopt.h>\n" "<getopt.h> does not belong here")
violation(mcp/f.c 1 "#include <openssl/sha.h>\n" "<openssl/sha.h> has no place yet")

# Operating systems and functions.
violation(core/f.c 2 "int a;\n#if defined(_WIN32)\n#endif\n" "asks for _WIN32 outside platform/")
violation(agent/h.c 1 "#ifdef __linux__\n#endif\n" "asks for __linux__ outside platform/")
foreach(name strcpy strcat sprintf strncpy atoi alloca)
	violation(store/b.c 2 "/* ; [ */\nvoid *p = ${name} (x[0]);\n" "${name}() is not used")
endforeach()
violation(tests/test_a.c 1 "int n = atoi(text);\n" "atoi() is not used")
violation(platform/linux/a.c 1 "int n = /* */ atoi(text); // no\n" "atoi() is not used")

# An empty tree is a mistake of the caller's, not a clean house.
file(REMOVE_RECURSE "${tree}")
run_layers()
if(status EQUAL 0)
	message(SEND_ERROR "an empty tree passed")
endif()
file(REMOVE_RECURSE "${tree}")
message(STATUS "${planted} planted violations, each found")
