/* core/leak: what nobody may share is found where it stands, and nothing else is. Secrets
 * are made here as they are needed: none stands in this file. */
#include <dirent.h>
#include <sys/stat.h>

#include "core/buf.h"
#include "core/id.h"
#include "core/leak.h"
#include "tests/test.h"

static const char alnum[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
static const char upper[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
static const char hex[] = "0123456789abcdef";

/* n characters by chance, the same in every run. */
static void chance(struct buf *out, const char *set, size_t n)
{
	static unsigned state = 7;
	size_t i, size = strlen(set);

	for (i = 0; i < n; i++) {
		state = state * 1103515245U + 12345U;
		(void)buf_add_char(out, set[(state >> 16) % size]);
	}
}

/* "before", a secret of `prefix` and chance, "after": found as what it is, in its place. */
static void is_found(const char *kind, const char *prefix, const char *set, size_t n)
{
	static const char *const around[][2] = {{"", ""}, {"Use ", " here."}, {"k=\"", "\"\n"},
		{"l 1\nl 2: ", "\n\nmore"}, {"(", ")"}, {"\xc3\xa4 ", " \xc3\xa4"}};
	struct buf text = BUF_INIT(65536);
	struct leak leak;
	size_t i, before;

	for (i = 0; i < sizeof around / sizeof *around; i++) {
		buf_clear(&text);
		(void)buf_add_str(&text, around[i][0]);
		before = text.len;
		(void)buf_add_str(&text, prefix);
		chance(&text, set, n);
		(void)buf_add_str(&text, around[i][1]);
		if (!leak_find((struct str){text.data, text.len}, &leak)) {
			(void)fprintf(stderr, "not found: %s\n", buf_text(&text));
			exit(1);
		}
		CHECK_STR(leak.kind, kind);
		CHECK(leak.at == before && leak.n == strlen(prefix) + n);
	}
	buf_fini(&text);
}

static void is_clean(const char *text)
{
	struct leak leak;

	if (leak_find(str_of(text), &leak)) {
		(void)fprintf(stderr, "%s in: %s\n", leak.kind, text);
		exit(1);
	}
}

static void known_shapes_are_found(void)
{
	is_found("aws_access_key", "AKIA", upper, 16);
	is_found("aws_access_key", "ASIA", upper, 16);
	is_found("github_token", "ghp_", alnum, 36);
	is_found("github_token", "ghs_", alnum, 36);
	is_found("github_token", "github_pat_", alnum, 82);
	is_found("gitlab_token", "glpat-", alnum, 20);
	is_found("slack_token", "xoxb-", alnum, 50);
	is_found("stripe_key", "sk_live_", alnum, 24);
	is_found("google_api_key", "AIza", alnum, 35);
	is_found("npm_token", "npm_", alnum, 36);
	is_found("openai_key", "sk-", alnum, 48);
	is_found("openai_key", "sk-proj-", alnum, 100);
	is_found("anthropic_key", "sk-ant-api03-", alnum, 93);
	is_found("huggingface_token", "hf_", alnum, 34);
	is_found("promptd_key", "pk_", alnum, 43);
	is_found("digitalocean_token", "dop_v1_", hex, 64);
}

static void keys_and_signed_tokens_are_found(void)
{
	struct buf text = BUF_INIT(65536);
	struct leak leak;
	int i;

	for (i = 0; i < 2; i++) {
		buf_clear(&text);
		(void)buf_add_format(&text, "Here:\n-----BEGIN %sPRIVATE KEY-----%s",
			i == 0 ? "RSA " : "", i == 0 ? "\n" : "\\n");
		chance(&text, alnum, 64);
		CHECK(leak_find((struct str){text.data, text.len}, &leak));
		CHECK_STR(leak.kind, "private_key");
		CHECK(leak.at == 6);
	}
	buf_clear(&text);
	(void)buf_add_str(&text, "Bearer eyJ");
	chance(&text, alnum, 30);
	(void)buf_add_str(&text, ".eyJ");
	chance(&text, alnum, 60);
	(void)buf_add_str(&text, ".");
	chance(&text, alnum, 43);
	CHECK(leak_find((struct str){text.data, text.len}, &leak));
	CHECK_STR(leak.kind, "jwt");
	CHECK(leak.at == 7 && leak.n == text.len - 7);
	buf_fini(&text);
}

static void a_name_makes_a_secret_of_what_looks_like_chance(void)
{
	static const char *const names[] = {"password = ", "API_KEY=", "\"client_secret\": \"",
		"db.password: '", "auth_token => ", "AWS_SECRET_ACCESS_KEY="};
	struct buf text = BUF_INIT(65536);
	struct leak leak;
	size_t i;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		buf_clear(&text);
		(void)buf_add_str(&text, names[i]);
		chance(&text, i % 2 == 0 ? alnum : hex, 40);
		(void)buf_add_str(&text, "\"\n");
		if (!leak_find((struct str){text.data, text.len}, &leak)) {
			(void)fprintf(stderr, "not found: %s\n", buf_text(&text));
			exit(1);
		}
		CHECK_STR(leak.kind, "named_secret");
		CHECK(leak.at == strlen(names[i]) && leak.n == 40);
	}
	buf_clear(&text);
	(void)buf_add_str(&text, "commit = "); /* no name for a secret */
	chance(&text, hex, 40);
	is_clean(buf_text(&text));
	buf_fini(&text);
}

static void what_only_looks_like_one_is_let_through(void)
{
	is_clean("");
	is_clean("AKIAIOSFODNN7EXAMPLE");
	is_clean("ghp_xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
	is_clean("sk-ant-your-key-goes-here-and-is-long-enough-to-look-like-one");
	is_clean("sk-1234567890abcdefghijklmnopqrstuvwxyz1234567890");
	is_clean("-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----");
	is_clean("Never print an api_key: {{api_key}} or password=${PASSWORD_FROM_ENVIRONMENT}.");
	is_clean("The password: must have at least twelve characters and a digit");
	is_clean("token: aVeryLongCamelCaseIdentifierThatIsNoSecret");
	is_clean("secret=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa");
	is_clean("token = https://example.org/docs/authentication/overview");
	is_clean("password: correct-horse-battery-staple-again-and-again");
	is_clean("the task-force and the disk-like risk-averse desk-bound one");
	is_clean("eyJhbGciOi.eyJ.x");
	is_clean("eyJhbGciOiJIUzI1NiJ9.eyJuYW1lIjoiSm9obiBEb2UifQ.EsrL8lIcYJR_Ns-JuhF3VCllCP7xw");
}

static void places_are_counted_in_lines_and_characters(void)
{
	size_t line, column;

	leak_place(STR("ab"), 0, &line, &column);
	CHECK(line == 1 && column == 1);
	leak_place(STR("\xc3\xa4\nb\xc3\xa4x"), 6, &line, &column);
	CHECK(line == 2 && column == 3);
}

/* A text of nothing but beginnings takes time in proportion to its length. */
static void beginnings_of_secrets_are_read_once(void)
{
	static const char *const parts[] = {"token=", "sk-", "glpat-", "eyJ-", "-----BEGIN ",
		"eyJaaaaaaaaaaaaaaa.", "password: \"", "ghp_"};
	struct buf text = BUF_INIT(4 * 1024 * 1024);
	struct leak leak;
	size_t i;

	for (i = 0; i < sizeof parts / sizeof *parts; i++) {
		buf_clear(&text);
		while (text.len < 1024 * 1024)
			(void)buf_add_str(&text, parts[i]);
		(void)leak_find((struct str){text.data, text.len}, &leak);
	}
	buf_fini(&text);
}

/* ── what people really wrote ──────────────────────────────────────────── */

static unsigned texts, hits;

static void look_at(const char *path)
{
	struct buf text = BUF_INIT(16 * 1024 * 1024);
	struct str at;
	struct leak leak;
	FILE *file = fopen(path, "rb");
	size_t n, line, column;
	char *room;

	CHECK(file != NULL);
	while ((room = buf_reserve(&text, 65536)) != NULL && (n = fread(room, 1, 65536, file)) > 0)
		buf_grow(&text, n);
	(void)fclose(file);
	texts++;
	for (at = (struct str){buf_text(&text), text.len}; leak_find(at, &leak);
		at = (struct str){at.p + leak.at + leak.n, at.n - leak.at - leak.n}) {
		leak_place((struct str){text.data, text.len}, (size_t)(at.p - text.data) + leak.at,
			&line, &column);
		(void)printf("%s:%zu:%zu: %s\n", path, line, column, leak.kind);
		hits++;
	}
	buf_fini(&text);
}

static void look_into(const char *path)
{
	char below[1024];
	struct dirent *entry;
	struct stat status;
	DIR *dir;

	CHECK(lstat(path, &status) == 0);
	if (S_ISREG(status.st_mode) && strstr(path, ".gz") == NULL)
		look_at(path);
	if (!S_ISDIR(status.st_mode) || (dir = opendir(path)) == NULL)
		return;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		(void)snprintf(below, sizeof below, "%s/%s", path, entry->d_name);
		look_into(below);
	}
	(void)closedir(dir);
}

static void real_prompts_hold_none(void)
{
	static const char corpora[] = SOURCE_DIR "/../shared/data/corpora";
	struct stat status;

	if (stat(corpora, &status) != 0) {
		(void)printf("skipped: real prompts (../shared/data is not there)\n");
		return;
	}
	look_into(corpora);
	(void)printf("%u real files, %u found\n", texts, hits);
	CHECK(texts > 100 && hits == 0);
}

/* With a path, what is found below it: for other texts than those. */
int main(int argc, char **argv)
{
	if (argc > 1) {
		look_into(argv[1]);
		(void)printf("%u files, %u found\n", texts, hits);
		return 0;
	}
	RUN(known_shapes_are_found);
	RUN(keys_and_signed_tokens_are_found);
	RUN(a_name_makes_a_secret_of_what_looks_like_chance);
	RUN(what_only_looks_like_one_is_let_through);
	RUN(places_are_counted_in_lines_and_characters);
	RUN(beginnings_of_secrets_are_read_once);
	RUN(real_prompts_hold_none);
	return 0;
}
