/* Prompts for benchmarks; see corpus.h. */
#include "tests/bench/corpus.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/buf.h"
#include "tests/bench/bench.h"

#define CORPUS_MAX 4096
#define CORPUS_FILE_MAX (32 * 1024 * 1024)

struct corpus {
	struct buf file;
	char *titles[CORPUS_MAX], *texts[CORPUS_MAX];
	size_t n;
	bool made_up;
};

uint64_t corpus_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

static bool corpus_read(struct corpus *corpus, const char *dir)
{
	char path[512];
	FILE *file;
	char *at;
	size_t n;

	(void)snprintf(path, sizeof path, "%s/prompts.csv", dir);
	file = fopen(path, "r");
	if (file == NULL)
		return false;
	while ((at = buf_reserve(&corpus->file, 65536)) != NULL &&
		(n = fread(at, 1, 65536, file)) > 0)
		buf_grow(&corpus->file, n);
	(void)fclose(file); /* only read from */
	return corpus->file.len > 0 && !buf_failed(&corpus->file);
}

/* One field of a CSV line, unquoted in place; *end is what ended it. */
static char *corpus_field(char **at, char *end)
{
	char *from = *at, *to = *at, *p = *at;
	bool quoted = *p == '"';

	if (quoted)
		p++;
	while (*p != '\0') {
		if (quoted && *p == '"') {
			if (p[1] != '"')
				quoted = false;
			else
				*to++ = *p++;
			p++;
			continue;
		}
		if (!quoted && (*p == ',' || *p == '\n'))
			break;
		*to++ = *p++;
	}
	*end = *p;
	*at = *p != '\0' ? p + 1 : p;
	*to = '\0';
	return from;
}

static void corpus_rows(struct corpus *corpus)
{
	char *at = corpus->file.data, end;

	while (*at != '\0' && corpus->n < CORPUS_MAX) {
		char *title = corpus_field(&at, &end);
		char *text = end == ',' ? corpus_field(&at, &end) : NULL;

		while (end == ',')
			(void)corpus_field(&at, &end);
		if (text == NULL || strlen(title) < 3 || strlen(text) < 20)
			continue;
		corpus->titles[corpus->n] = title;
		corpus->texts[corpus->n++] = text;
	}
}

/* Words of syllables; small numbers are common. */
static void corpus_make_word(struct buf *out, uint64_t *state)
{
	static const char *const syllables[] = {"ra", "ten", "lo", "mi", "sur", "ve", "kan", "do",
		"pli", "est", "or", "ga", "bri", "un", "ce", "tal"};
	uint64_t a = corpus_random(state) % 4096, b = corpus_random(state) % 4096;
	uint64_t number = (a < b ? a : b) * (a < b ? a : b) / 4096 + 16;

	while (number > 0) {
		(void)buf_add_str(out, syllables[number % 16]);
		number /= 16;
	}
	(void)buf_add_char(out, ' ');
}

static char *corpus_make_text(uint64_t *state, size_t words)
{
	struct buf out = BUF_INIT(65536);

	while (words-- > 0)
		corpus_make_word(&out, state);
	buf_truncate(&out, out.len - 1);
	return buf_take(&out);
}

static void corpus_make(struct corpus *corpus)
{
	uint64_t state = UINT64_C(88172645463325252);

	corpus->made_up = true;
	for (corpus->n = 0; corpus->n < 1024; corpus->n++) {
		corpus->titles[corpus->n] = corpus_make_text(&state, 2 + corpus_random(&state) % 4);
		corpus->texts[corpus->n] =
			corpus_make_text(&state, 40 + corpus_random(&state) % 200);
	}
}

struct corpus *corpus_open(const char *dir)
{
	struct corpus *corpus = xcalloc(1, sizeof *corpus);

	buf_init(&corpus->file, CORPUS_FILE_MAX);
	if (dir != NULL && corpus_read(corpus, dir))
		corpus_rows(corpus);
	if (corpus->n < 100)
		corpus_make(corpus);
	return corpus;
}

void corpus_close(struct corpus *corpus)
{
	size_t i;

	for (i = 0; corpus->made_up && i < corpus->n; i++) {
		free(corpus->titles[i]);
		free(corpus->texts[i]);
	}
	buf_fini(&corpus->file);
	free(corpus);
}

const char *corpus_name(const struct corpus *corpus)
{
	return corpus->made_up ? "made-up" : "prompts-chat";
}

/* The first words of one text and the last of another. */
static char *corpus_cross(const char *a, const char *b, size_t max)
{
	struct str head = str_prefix(str_of(a), max / 2), tail = str_of(b);
	struct buf out = BUF_INIT(65536);

	while (head.n > 0 && head.n < strlen(a) && head.p[head.n] != ' ')
		head.n--;
	if (tail.n > max / 2) {
		size_t from = tail.n - max / 2;

		while (from < tail.n && tail.p[from] != ' ')
			from++;
		tail = (struct str){tail.p + from, tail.n - from};
	}
	(void)buf_add_format(
		&out, "%.*s %.*s", (int)head.n, head.p, (int)str_trim(tail).n, str_trim(tail).p);
	return buf_take(&out);
}

static void corpus_path(struct prompt *prompt, size_t block)
{
	struct buf path = BUF_INIT(512);
	char *slug = prompt_slug(str_of(prompt->title));

	(void)buf_add_format(&path, "team%zu/", block);
	(void)buf_add_str(&path, slug);
	free(slug);
	prompt_set(&prompt->path, str_prefix(str_of(buf_text(&path)), PROMPT_PATH_MAX));
	buf_fini(&path);
}

struct prompt *corpus_prompt(const struct corpus *corpus, size_t i)
{
	uint64_t state = UINT64_C(0x9e3779b97f4a7c15) * (i + 1);
	struct prompt *prompt = prompt_new();
	size_t one = i % corpus->n, block = i / corpus->n, other;
	char collection[32];
	char *text;

	(void)corpus_random(&state);
	other = corpus_random(&state) % corpus->n;
	prompt->title = corpus_cross(corpus->titles[one], corpus->titles[other], 64);
	corpus_path(prompt, block);
	other = corpus_random(&state) % corpus->n;
	text = corpus_cross(
		corpus->texts[one], corpus->texts[other], 300 + corpus_random(&state) % 1200);
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	free(text);
	(void)snprintf(collection, sizeof collection, "collection %u",
		(unsigned)(corpus_random(&state) % 40));
	prompt_set(&prompt->collection, str_of(collection));
	return prompt;
}
