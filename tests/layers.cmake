# cmake -DROOT=<tree> -P tests/layers.cmake
#
# Who may see whom, and where each library's header lives. This file is the one
# place where that is written down; docs/ARCHITECTURE.md gives the reasons.
# Every violation is printed as "file:line: reason", and any of them fails the
# run. What each rule catches is shown by tests/layers_selftest.cmake.

cmake_minimum_required(VERSION 3.25)
if(NOT ROOT)
	message(FATAL_ERROR "usage: cmake -DROOT=<tree> -P layers.cmake")
endif()

# --- The rooms, and what each may include (its own files always) -------------
set(rooms core schema store library mcp sync platform desktop hub agent)
set(core_sees)
set(schema_sees)
set(store_sees core schema)
set(library_sees core)
set(mcp_sees core schema store)
set(sync_sees core store library)
set(platform_sees core)
set(desktop_sees platform store core)
set(hub_sees core schema library)
set(agent_sees core schema store library mcp sync platform)

# --- One library, one place ---------------------------------------------------
# place(<header> <files…>): the header (a regular expression) may be included by
# these files (regular expressions of paths) and by no others.
set(n_places 0)
function(place header)
	set(place_${n_places}_header "^(${header})$" PARENT_SCOPE)
	string(JOIN "|" places ${ARGN})
	set(place_${n_places}_files "^(${places})$" PARENT_SCOPE)
	math(EXPR n "${n_places} + 1")
	set(n_places ${n} PARENT_SCOPE)
endfunction()

place("sqlite3\\.h" "store/.*" "hub/db_sqlite\\.c")
place("libpq-fe\\.h" "hub/db_postgres\\.c")
place("libwebsockets\\.h" "mcp/[^/]*\\.c" "hub/[^/]*\\.c")
place("curl/curl\\.h" "sync/http(_curl)?\\.[ch]" "sync/stream\\.c")
place("zlib\\.h" "sync/gzip\\.c" "hub/[^/]*\\.c" "tests/.*")
place("git2(/sys/alloc)?\\.h" "library/git(_[a-z]+)?\\.[ch]")
place("yaml\\.h" "library/[^/]*\\.c")
place("sodium\\.h" "hub/.*" "sync/[^/]*\\.c")
place("X11/.*" "platform/linux/x11[^/]*\\.[ch]")
place("gtk/.*|gdk/.*" "platform/linux/picker_gtk(_[a-z]+)?\\.[ch]")
place("glib.*|gio/.*" "platform/linux/.*")
place("jansson\\.h" "core/.*" "store/.*" "desktop/.*" "library/.*" "mcp/.*" "sync/.*" "hub/.*" "agent/.*")

# These, within the place above, by one file of a room and not by two.
set(alone "mcp:libwebsockets.h" "hub:libwebsockets.h" "library:yaml.h" "sync:sodium.h")

# What one operating system has and the others do not. core/{clock,mailbox}.c are
# the two places where the house touches one below platform/.
place("sys/(auxv|inotify|epoll|eventfd|timerfd|signalfd|pidfd|vfs|prctl|random|sendfile|syscall|event)\\.h|linux/.*|windows\\.h|win[a-z]*\\.h|mach/.*|Cocoa/.*"
	"platform/(linux|windows|macos)/.*" "core/(clock|mailbox)\\.c")
# Libraries that are loaded at run time; libsecret by a process of its own.
place("dlfcn\\.h" "platform/(linux|windows|macos)/.*" "agent/cmd_secret\\.c")
# Threads: the rooms that own one, and the module they meet in.
place("pthread\\.h|threads\\.h|semaphore\\.h" "core/.*" "store/.*" "sync/.*" "hub/.*" "agent/.*"
	"platform/.*" "desktop/clerk\\.c")
# Not in POSIX.1-2008, but wherever promptd will run its command line.
place("getopt\\.h" "agent/.*" "desktop/main\\.c" "hub/commands\\.c")
place("sys/ioctl\\.h" "platform/(linux|windows|macos)/.*")

# The C and POSIX headers that every room may include.
set(plain "(assert|complex|ctype|errno|fenv|float|inttypes|iso646|limits|locale|math|setjmp|signal|stdalign|stdarg|stdatomic|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|string|tgmath|time|uchar|wchar|wctype|dirent|fcntl|fnmatch|ftw|glob|grp|langinfo|libgen|poll|pwd|regex|sched|spawn|strings|syslog|termios|unistd|utime|wordexp|netdb|arpa/inet|net/if|netinet/in|netinet/tcp|sys/(file|mman|resource|select|socket|stat|statvfs|time|times|types|uio|un|utsname|wait))\\.h")

set(banned "strcpy|strcat|sprintf|vsprintf|strncpy|strncat|atoi|atol|atoll|atof|gets|alloca")
set(systems "__linux__|__linux|__unix__|__APPLE__|__MACH__|_WIN32|_WIN64|WIN32|__MINGW32__|__MINGW64__|__CYGWIN__|__FreeBSD__|__OpenBSD__|__NetBSD__|_MSC_VER")

function(fault text)
	message("${file}:${line_no}: ${text}")
	set_property(GLOBAL APPEND PROPERTY faults "${file}:${line_no}")
endfunction()

# #include "other/file.h" seen in a file of `room`.
function(check_own_include header)
	string(REGEX MATCH "^[^/]+" other "${header}")
	if(NOT header MATCHES "/")
		fault("includes \"${header}\" without its room")
	elseif(NOT other IN_LIST rooms)
		fault("includes \"${header}\", which is in no room")
	elseif(NOT other STREQUAL room AND NOT other IN_LIST ${room}_sees)
		fault("${room} may not see ${other} (\"${header}\")")
	elseif(header MATCHES "^platform/.*/" AND NOT room STREQUAL "platform")
		fault("\"${header}\" is inside platform; platform/platform.h is its door")
	endif()
endfunction()

# #include <header> seen in a file of a room.
function(check_system_include header)
	set(known FALSE)
	if("${header}" MATCHES "^${plain}$")
		set(known TRUE)
	endif()
	math(EXPR last "${n_places} - 1")
	foreach(i RANGE ${last})
		if("${header}" MATCHES "${place_${i}_header}")
			set(known TRUE)
			if(NOT file MATCHES "${place_${i}_files}")
				fault("<${header}> does not belong here")
			endif()
		endif()
	endforeach()
	if(NOT known)
		fault("<${header}> has no place yet: give it one in tests/layers.cmake")
	endif()
	if("${room}:${header}" IN_LIST alone)
		get_property(holder GLOBAL PROPERTY "alone:${room}:${header}")
		if(holder AND NOT holder STREQUAL file)
			fault("<${header}> is in ${holder} already: one file of ${room}")
		endif()
		set_property(GLOBAL PROPERTY "alone:${room}:${header}" "${file}")
	endif()
endfunction()

# The line without comments and without what is in quotes; `in_comment` is kept
# from line to line.
macro(strip_line)
	if(in_comment)
		if(line MATCHES "\\*/(.*)$")
			set(line "${CMAKE_MATCH_1}")
			set(in_comment FALSE)
		else()
			set(line "")
		endif()
	endif()
	if(line MATCHES "[\"']")
		string(REGEX REPLACE "'(\\\\.|[^'\\\\])'" "' '" line "${line}")
		string(REGEX REPLACE "\"(\\\\.|[^\"\\\\])*\"" "\"\"" line "${line}")
	endif()
	if(line MATCHES "/[/*]")
		string(REGEX REPLACE "/\\*([^*]|\\*+[^*/])*\\*+/" " " line "${line}")
		string(REGEX REPLACE "//.*$" "" line "${line}")
		if(line MATCHES "^(.*)/\\*")
			set(line "${CMAKE_MATCH_1}")
			set(in_comment TRUE)
		endif()
	endif()
endmacro()

# All lines of a file into `lines`. What CMake's own lists would trip over is
# replaced first: no rule looks at it.
function(read_lines path)
	file(READ "${path}" lines)
	string(REPLACE ";" "," lines "${lines}")
	string(REPLACE "[" "(" lines "${lines}")
	string(REPLACE "]" ")" lines "${lines}")
	string(REPLACE "\\\n" " \n" lines "${lines}")
	string(REPLACE "\n" ";" lines "${lines}")
	set(lines "${lines}" PARENT_SCOPE)
endfunction()

function(check_file in_room)
	read_lines("${ROOT}/${file}")
	set(in_comment FALSE)
	set(line_no 0)
	foreach(line IN LISTS lines)
		math(EXPR line_no "${line_no} + 1")
		if(line STREQUAL "")
			continue()
		endif()
		if(NOT in_comment AND line MATCHES "^[ \t]*#[ \t]*include[ \t]*([<\"])([^>\"]+)[>\"]")
			if(in_room)
				set(included "${CMAKE_MATCH_2}")
				if(CMAKE_MATCH_1 STREQUAL "<")
					check_system_include("${included}")
				else()
					check_own_include("${included}")
				endif()
			endif()
			continue()
		endif()
		strip_line()
		if(line MATCHES "(^|[^A-Za-z0-9_])(${banned})[ \t]*\\(")
			fault("${CMAKE_MATCH_2}() is not used in this house")
		endif()
		if(in_room AND NOT room STREQUAL "platform"
				AND line MATCHES "^[ \t]*#[ \t]*(if|ifdef|ifndef|elif).*[^A-Za-z0-9_](${systems})([^A-Za-z0-9_]|$)")
			fault("asks for ${CMAKE_MATCH_2} outside platform/")
		endif()
	endforeach()
endfunction()

# What a room is linked with says the same as what it may include.
function(check_links)
	set(file "${room}/CMakeLists.txt")
	if(EXISTS "${ROOT}/${file}")
		set(line_no 1)
		file(READ "${ROOT}/${file}" text)
		if(text MATCHES "promptd_room\\(${room}([^)]*)\\)")
			string(REGEX MATCHALL "[A-Za-z0-9_:.-]+" uses "${CMAKE_MATCH_1}")
			foreach(use IN LISTS uses)
				if(use IN_LIST rooms AND NOT use IN_LIST ${room}_sees)
					fault("${room} is linked with ${use}, which it may not see")
				endif()
			endforeach()
		endif()
	endif()
endfunction()

set(n_files 0)
foreach(room IN LISTS rooms)
	check_links()
	file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/${room}/*.c" "${ROOT}/${room}/*.h")
	foreach(file IN LISTS files)
		check_file(TRUE)
		math(EXPR n_files "${n_files} + 1")
	endforeach()
endforeach()
# Tests and examples may include what they like; the functions are banned there as
# well.
set(room tests)
file(GLOB_RECURSE files RELATIVE "${ROOT}" "${ROOT}/tests/*.c" "${ROOT}/tests/*.h"
	"${ROOT}/clients/*.c")
list(FILTER files EXCLUDE REGEX "/node_modules/")
foreach(file IN LISTS files)
	check_file(FALSE)
	math(EXPR n_files "${n_files} + 1")
endforeach()

if(n_files EQUAL 0)
	message(FATAL_ERROR "no C files below ${ROOT}")
endif()
get_property(faults GLOBAL PROPERTY faults)
list(LENGTH faults n_faults)
if(n_faults GREATER 0)
	message(FATAL_ERROR "${n_faults} violations in ${n_files} files")
endif()
message(STATUS "${n_files} files keep to their layers")
