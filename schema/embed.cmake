# cmake -DNAME=table -DOUT=file.c -DFILES=a,b,c -P embed.cmake
# Writes a C file with `const struct schema_file NAME[]` made of those files.
string(REPLACE "," ";" files "${FILES}")
set(bytes "")
set(rows "")
set(n 0)
foreach(file IN LISTS files)
	get_filename_component(base ${file} NAME)
	file(READ ${file} hex HEX)
	string(LENGTH "${hex}" digits)
	math(EXPR len "${digits} / 2")
	string(REGEX REPLACE "([0-9a-f][0-9a-f])" "0x\\1," list "${hex}")
	string(APPEND bytes "static const char file_${n}[] = {${list}0};\n")
	string(APPEND rows "\t{\"${base}\", file_${n}, ${len}},\n")
	math(EXPR n "${n} + 1")
endforeach()
file(WRITE ${OUT}.new
	"#include \"schema/schema.h\"\n\n${bytes}\nconst struct schema_file ${NAME}[] = {\n${rows}\t{NULL, NULL, 0},\n};\n")
file(COPY_FILE ${OUT}.new ${OUT} ONLY_IF_DIFFERENT)
