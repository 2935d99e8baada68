/*
 * The floor: a server that reads lines and answers each with bytes prepared at
 * start, the request's id spliced in. It knows no JSON beyond `"id":` and stores
 * nothing. What promptd-mcp costs above this is what it does.
 *
 *	floor [FILE]	FILE holds the "result" to answer with; without it: {}
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define BYTES ((size_t)1 << 20)

static char in[BYTES], out[4 * BYTES], result[BYTES] = "{}";
static size_t in_len, out_len, result_len = 2;

static void flush(void)
{
	size_t done = 0;

	while (done < out_len) {
		ssize_t n = write(STDOUT_FILENO, out + done, out_len - done);
		if (n <= 0)
			exit(1);
		done += (size_t)n;
	}
	out_len = 0;
}

static void add(const char *bytes, size_t len)
{
	if (out_len + len > sizeof out)
		flush();
	memcpy(out + out_len, bytes, len);
	out_len += len;
}

static void answer(const char *line)
{
	const char *id = strstr(line, "\"id\":");

	if (id == NULL)
		return;
	add("{\"jsonrpc\":\"2.0\",", 17);
	add(id, strcspn(id, ",}"));
	add(",\"result\":", 10);
	add(result, result_len);
	add("}\n", 2);
}

int main(int argc, char **argv)
{
	FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
	ssize_t n;

	if (file != NULL) {
		result_len = fread(result, 1, sizeof result, file);
		(void)fclose(file);
	}
	while ((n = read(STDIN_FILENO, in + in_len, sizeof in - in_len)) > 0) {
		char *line = in, *end;
		in_len += (size_t)n;
		while ((end = memchr(line, '\n', (size_t)(in + in_len - line))) != NULL) {
			*end = '\0';
			answer(line);
			line = end + 1;
		}
		in_len -= (size_t)(line - in);
		memmove(in, line, in_len);
		flush();
	}
	return 0;
}
