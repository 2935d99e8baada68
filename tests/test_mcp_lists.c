/*
 * The library as lists and resources: pages, cursors, URIs, skills and their
 * folders, completion.
 */
#define _DEFAULT_SOURCE /* mkdtemp */
#include "core/sha256.h"
#include "mcp/server.h"
#include "tests/mcp_fixture.h"

static json_t *ask_uri(struct mcp_fixture *fixture, const char *method, const char *uri)
{
	return mcp_fixture_ask(fixture, method, json_pack("{s:s}", "uri", uri));
}

static const char *content_text(const json_t *result)
{
	return json_text(json_array_get(json_object_get(result, "contents"), 0), "text");
}

static void put_many(struct store *store, unsigned from, unsigned n)
{
	struct err err;
	unsigned i;

	CHECK(store_begin(store, &err) == 0);
	for (i = from; i < from + n; i++) {
		char path[64];

		(void)snprintf(path, sizeof path, "many/p%05u", i);
		(void)fixture_put(store, path, "One of many", "Text of one of many.");
	}
	CHECK(store_commit(store, &err) == 0);
}

/* ── pages ─────────────────────────────────────────────────────────────── */

/* Follows the cursors; every name once and in order. Returns how many pages. */
static unsigned walk(struct mcp_fixture *fixture, const char *method, const char *member,
	const char *key, unsigned expected)
{
	json_t *cursor = NULL;
	unsigned pages = 0, n = 0;
	char last[600] = "";

	do {
		json_t *params = json_object(), *answer, *entry;
		size_t i;

		if (cursor != NULL)
			json_object_set_new(params, "cursor", cursor);
		answer = mcp_fixture_ask(fixture, method, params);
		json_array_foreach (json_object_get(answer, member), i, entry) {
			const char *name = json_text(entry, key);

			CHECK(name != NULL && strcmp(last, name) < 0);
			(void)snprintf(last, sizeof last, "%s", name);
			n++;
		}
		cursor = json_incref(json_object_get(answer, "nextCursor"));
		pages++;
		json_decref(answer);
	} while (cursor != NULL);
	CHECK(n == expected);
	return pages;
}

static void lists_come_in_pages_that_clients_can_finish(void)
{
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	CHECK(walk(&fixture, "prompts/list", "prompts", "name", 3) == 1);
	put_many(fixture.store, 0, 250);
	CHECK(walk(&fixture, "prompts/list", "prompts", "name", 253) == 3);
	CHECK(walk(&fixture, "resources/list", "resources", "uri", 253) == 3);
	CHECK(walk(&fixture, "skills/list", "skills", "uri", 253) == 3);
	/* Again, from what was kept. */
	CHECK(walk(&fixture, "prompts/list", "prompts", "name", 253) == 3);
	put_many(fixture.store, 250, 6750);
	CHECK(walk(&fixture, "prompts/list", "prompts", "name", 7003) <= 60);
	CHECK(walk(&fixture, "resources/list", "resources", "uri", 7003) <= 60);
	mcp_fixture_free(&fixture);
}

static void a_full_last_page_has_no_cursor(void)
{
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	put_many(fixture.store, 0, 97);
	CHECK(walk(&fixture, "prompts/list", "prompts", "name", 100) == 1);
	put_many(fixture.store, 97, 1);
	CHECK(walk(&fixture, "prompts/list", "prompts", "name", 101) == 2);
	mcp_fixture_free(&fixture);
}

static void a_cursor_that_is_not_ours_is_refused(void)
{
	static const char *const methods[] = {"prompts/list", "resources/list", "skills/list",
		"resources/templates/list", "tools/list"};
	static const char *const cursors[] = {"", "x", "!!!!", "Li4", "AAAA", "dGVhbS8v"};
	struct mcp_fixture fixture;
	size_t i, j;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	for (i = 0; i < sizeof methods / sizeof *methods; i++) {
		json_t *answer;

		for (j = 0; j < sizeof cursors / sizeof *cursors; j++) {
			answer = mcp_fixture_ask(
				&fixture, methods[i], json_pack("{s:s}", "cursor", cursors[j]));
			CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
			json_decref(answer);
		}
		answer = mcp_fixture_ask(&fixture, methods[i], json_pack("{s:i}", "cursor", 7));
		CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
		json_decref(answer);
	}
	mcp_fixture_free(&fixture);
}

static void titles_are_in_the_description_for_clients_without(void)
{
	struct mcp_fixture fixture;
	const json_t *review, *argument;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_03_26, "{}");
	answer = mcp_fixture_ask(&fixture, "prompts/list", NULL);
	review = json_array_get(json_object_get(answer, "prompts"), 2);
	CHECK_STR(json_text(review, "description"), "Code review: Review a change the way we do.");
	CHECK(json_object_get(review, "title") == NULL);
	argument = json_array_get(json_object_get(review, "arguments"), 1);
	CHECK_STR(
		json_text(argument, "description"), "(string; one of: bugs, speed; default: bugs)");
	CHECK(json_is_false(json_object_get(argument, "required")));
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

/* All pages of a search, each name once. */
static void search_all(struct mcp_fixture *fixture, int limit, size_t expected)
{
	json_t *seen = json_object(), *offset = json_integer(0), *answer, *prompt;
	const json_t *facts;
	size_t i;

	do {
		answer = mcp_fixture_tool(fixture, "search_prompts",
			json_pack("{s:s, s:i, s:o}", "query", "one of many", "limit", limit,
				"offset", offset));
		facts = json_object_get(answer, "structuredContent");
		json_array_foreach (json_object_get(facts, "prompts"), i, prompt) {
			const char *name = json_text(prompt, "name");

			CHECK(json_object_get(seen, name) == NULL);
			json_object_set_new(seen, name, json_true());
		}
		CHECK(strlen(mcp_fixture_text(answer)) < 12000);
		offset = json_incref(json_object_get(facts, "next_offset"));
		CHECK(json_is_true(json_object_get(facts, "more")) == (offset != NULL));
		json_decref(answer);
	} while (offset != NULL);
	CHECK(json_object_size(seen) == expected);
	json_decref(seen);
}

static void a_search_goes_on_where_it_ended(void)
{
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	put_many(fixture.store, 0, 120);
	search_all(&fixture, 7, 120);
	/* So many do not fit into one answer: cut short, none is passed over. */
	search_all(&fixture, 50, 120);
	mcp_fixture_free(&fixture);
}

/* ── resources ─────────────────────────────────────────────────────────── */

static void an_unknown_resource_has_the_code_of_its_revision(void)
{
	static const char *const unknown[] = {"prompt://team/nope", "prompt://", "prompt://team/",
		"prompt://../etc", "prompt://team/%zz", "prompt://%00", "file:///etc/passwd",
		"skill://team/nope/SKILL.md", "skill://team/review", "talk", "prompt://talk"};
	int revision;
	size_t i;

	for (revision = 0; revision < MCP_REVISIONS; revision++) {
		struct mcp_fixture fixture;
		json_t *answer;

		mcp_fixture_new(&fixture, (enum mcp_revision)revision, "{}");
		for (i = 0; i < sizeof unknown / sizeof *unknown; i++) {
			answer = ask_uri(&fixture, "resources/read", unknown[i]);
			CHECK(mcp_fixture_code(answer) ==
				(revision == MCP_2026_07_28 ? RPC_INVALID_PARAMS
							    : RPC_RESOURCE_NOT_FOUND));
			CHECK_STR(json_text(json_object_get(answer, "data"), "uri"), unknown[i]);
			json_decref(answer);
		}
		answer = mcp_fixture_ask(&fixture, "resources/read", NULL);
		CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
		json_decref(answer);
		mcp_fixture_free(&fixture);
	}
}

static void a_path_outside_ascii_is_read_either_way(void)
{
	static const char *const uris[] = {("prompt://b\xC3\xBCro/gr\xC3\xBC\xC3\x9F"
					    "e"),
		"prompt://b%C3%BCro/gr%C3%BC%C3%9Fe", "prompt://b%c3%bcro/gr%c3%bc%c3%9f%65"};
	struct mcp_fixture fixture;
	json_t *answer;
	size_t i;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	(void)fixture_put(fixture.store,
		"b\xC3\xBCro/gr\xC3\xBC\xC3\x9F"
		"e",
		"Gru\xC3\x9F", "Hallo.");
	answer = mcp_fixture_ask(&fixture, "resources/list", NULL);
	CHECK_STR(json_text(json_array_get(json_object_get(answer, "resources"), 0), "uri"),
		"prompt://b%C3%BCro/gr%C3%BC%C3%9Fe");
	json_decref(answer);
	for (i = 0; i < sizeof uris / sizeof *uris; i++) {
		answer = ask_uri(&fixture, "resources/read", uris[i]);
		CHECK_STR(content_text(answer), "Hallo.");
		json_decref(answer);
	}
	answer = ask_uri(
		&fixture, "resources/read", "skill://b%C3%BCro/gr%C3%BC%C3%9Fe/gr-e/SKILL.md");
	CHECK(content_text(answer) != NULL);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void a_stamp_changes_with_what_is_served(void)
{
	struct mcp_fixture fixture;
	uint64_t before, plain;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	(void)fixture_put(fixture.store, "team/outer", "Outer", "Begin. {{> team/plain}}");
	before = mcp_resource_stamp(fixture.server, STR("prompt://team/outer"));
	plain = mcp_resource_stamp(fixture.server, STR("prompt://team/plain"));
	CHECK(before != 0 && plain != 0 && before != plain);
	CHECK(mcp_resource_stamp(fixture.server, STR("prompt://team/nope")) == 0);
	CHECK(mcp_resource_stamp(fixture.server, STR("skill://team/plain/SKILL.md")) != 0);
	(void)fixture_put(fixture.store, "team/other", "Other", "Nothing to do with it.");
	CHECK(mcp_resource_stamp(fixture.server, STR("prompt://team/outer")) == before);
	(void)fixture_put(fixture.store, "team/plain", "Plain words", "Say it plainer.");
	CHECK(mcp_resource_stamp(fixture.server, STR("prompt://team/outer")) != before);
	mcp_fixture_free(&fixture);
}

/* ── skills ────────────────────────────────────────────────────────────── */

/* The file is what the entry says: digest, size, front matter line by line. */
static void check_skill(struct mcp_fixture *fixture, const json_t *entry)
{
	const json_t *resources = json_object_get(entry, "resources"), *file;
	const char *uri = json_text(entry, "uri");
	char digest[80], line[1200];
	size_t i;

	CHECK_STR(json_text(json_array_get(resources, 0), "uri"), uri);
	json_array_foreach (resources, i, file) {
		json_t *answer = ask_uri(fixture, "resources/read", json_text(file, "uri"));
		const char *text = content_text(answer);

		CHECK(text != NULL);
		(void)snprintf(digest, sizeof digest, "sha256:");
		sha256_hex(text, strlen(text), digest + 7);
		CHECK_STR(json_text(file, "digest"), digest);
		CHECK(json_integer_value(json_object_get(file, "size")) ==
			(json_int_t)strlen(text));
		if (i == 0) {
			(void)snprintf(line, sizeof line, "---\nname: \"%s\"\n",
				json_text(json_object_get(entry, "frontmatter"), "name"));
			CHECK(strncmp(text, line, strlen(line)) == 0);
		}
		json_decref(answer);
	}
}

static json_t *get_skill(struct mcp_fixture *fixture, const char *uri)
{
	json_t *answer = ask_uri(fixture, "skills/get", uri);
	json_t *skill = json_incref(json_object_get(answer, "skill"));

	json_decref(answer);
	return skill;
}

static void a_skill_is_what_its_entry_says(void)
{
	struct mcp_fixture fixture;
	json_t *answer, *entry, *got;
	size_t i;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	answer = mcp_fixture_ask(&fixture, "skills/list", NULL);
	CHECK(json_array_size(json_object_get(answer, "skills")) == 3);
	json_array_foreach (json_object_get(answer, "skills"), i, entry) {
		check_skill(&fixture, entry);
		got = get_skill(&fixture, json_text(entry, "uri"));
		CHECK(json_equal(got, entry));
		json_decref(got);
	}
	json_decref(answer);
	answer = ask_uri(&fixture, "skills/get", "skill://team/nope/SKILL.md");
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	answer = ask_uri(&fixture, "skills/get", "skill://team/review");
	CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void front_matter_is_quoted_whatever_it_says(void)
{
	struct prompt *prompt = fixture_prompt("odd", "1.0", "text");
	struct mcp_fixture fixture;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	prompt_set(&prompt->description, STR("null: \"#\"\n- yes\xE2\x80\xA8\xC2\x85"));
	(void)fixture_put_prompt(fixture.store, prompt);
	prompt_free(prompt);
	answer = ask_uri(&fixture, "resources/read", "skill://odd/SKILL.md");
	CHECK(strstr(content_text(answer),
		      "---\nname: \"odd\"\ndescription: \"null: \\\"#\\\"\\n- yes\\u2028\\u0085\"\n"
		      "metadata:\n  path: \"odd\"\n  title: \"1.0\"\n  version: "
		      "\"1\"\n---\n\ntext\n") == content_text(answer));
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

/* Of an imported SKILL.md: its extra front matter in, the skill out. New. */
static json_t *imported_skill(struct mcp_fixture *fixture, const char *format, const char *extra)
{
	struct prompt *prompt = fixture_prompt("got/skill", "Got", "text");
	json_t *skill;

	prompt_set(&prompt->format, str_of(format));
	prompt_set(&prompt->extra, str_of(extra));
	(void)fixture_put_prompt(fixture->store, prompt);
	prompt_free(prompt);
	skill = get_skill(fixture, "skill://got/skill/SKILL.md");
	CHECK(skill != NULL);
	check_skill(fixture, skill);
	return skill;
}

static void an_imported_skill_keeps_what_it_said_of_itself(void)
{
	struct mcp_fixture fixture;
	json_t *skill, *front, *answer;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	skill = imported_skill(&fixture, "skill",
		"# whose it is\nlicense: Apache-2.0 # see LICENSE\nallowed-tools: Bash(git:*)\n"
		"compatibility: \"Needs \\\"git\\\" 2\"\nmetadata:\n    author: 'acme'\n"
		"    version: \"9\"\n    # a remark\n    on: 1.0\nmodel-hint: big\n");
	front = json_object_get(skill, "frontmatter");
	answer = json_pack("{s:s, s:s, s:s, s:s, s:{s:s, s:s, s:s, s:s, s:s}}", "name", "skill",
		"description", "Got", "license", "Apache-2.0", "compatibility", "Needs \"git\" 2",
		"metadata", "path", "got/skill", "title", "Got", "version", "1", "author", "acme",
		"on", "1.0");
	CHECK(json_equal(front, answer));
	json_decref(answer);
	json_decref(skill);
	answer = ask_uri(&fixture, "resources/read", "skill://got/skill/SKILL.md");
	CHECK_STR(content_text(answer),
		"---\nname: \"skill\"\ndescription: \"Got\"\nlicense: \"Apache-2.0\"\n"
		"compatibility: \"Needs \\\"git\\\" 2\"\nmetadata:\n  path: \"got/skill\"\n"
		"  title: \"Got\"\n  version: \"1\"\n  \"author\": \"acme\"\n  \"on\": \"1.0\"\n"
		"---\n\ntext\n");
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void keys_of_a_skill_that_are_no_plain_text_are_not_served(void)
{
	static const struct {
		const char *format, *extra;
	} cases[] = {
		{"skill", "allowed-tools: Bash\nhooks: x\nname: y\ndescription: z\n"},
		{"skill", "license: >\n  folded\n  text\ncompatibility: |\n  license: MIT\n"},
		{"skill", "license: MIT\n  or later\ncompatibility: [a, b]\n"},
		{"skill", "license: a: b\ncompatibility: \"open\n  end\"\n"},
		{"skill", "license: ~\ncompatibility: \"\\u0041\"\n"},
		{"skill", "license:MIT\ncompatibility: 'it''s'\n"},
		{"skill", "license:\ncompatibility: # nothing\n"},
		{"skill", "metadata: {a: b}\nother:\n  author: x\n"},
		{"skill", "metadata:\n  deep:\n    author: x\n  text: |\n    who: y\n  - z: z\n"},
		{"skill", "metadata:\n  path: a/b\n  title: T\n  version: 7\n  a b: c\n"},
		{"prompt-md", "license: MIT\nmetadata:\n  author: x\n"},
	};
	struct mcp_fixture fixture;
	size_t i;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *skill = imported_skill(&fixture, cases[i].format, cases[i].extra);
		const json_t *front = json_object_get(skill, "frontmatter");

		CHECK(json_object_size(front) == 3);
		CHECK(json_object_size(json_object_get(front, "metadata")) == 3);
		CHECK_STR(json_text(json_object_get(front, "metadata"), "version"), "1");
		json_decref(skill);
	}
	mcp_fixture_free(&fixture);
}

static void keys_of_a_skill_are_told_once_and_not_without_end(void)
{
	struct buf extra = BUF_INIT(PROMPT_EXTRA_MAX), last = BUF_INIT(PROMPT_EXTRA_MAX);
	struct mcp_fixture fixture;
	const json_t *metadata;
	json_t *skill;
	unsigned i;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	(void)buf_add_str(&extra, "license: MIT\nlicense: BSD\nmetadata:\n");
	for (i = 0; i < 40; i++)
		(void)buf_add_format(&extra, "  key%u: value\n", i / 2);
	skill = imported_skill(&fixture, "skill", buf_text(&extra));
	metadata = json_object_get(json_object_get(skill, "frontmatter"), "metadata");
	CHECK_STR(json_text(json_object_get(skill, "frontmatter"), "license"), "MIT");
	CHECK(json_object_size(metadata) == 3 + 15);
	json_decref(skill);
	(void)buf_add_str(&last, "license: ");
	for (i = 0; i < 4097; i++)
		(void)buf_add_char(&last, 'x');
	skill = imported_skill(&fixture, "skill", buf_text(&last));
	CHECK(json_object_size(json_object_get(skill, "frontmatter")) == 3);
	json_decref(skill);
	buf_fini(&extra);
	buf_fini(&last);
	mcp_fixture_free(&fixture);
}

static void names_that_no_skill_may_have_get_a_folder_that_may(void)
{
	static const struct {
		const char *path, *uri, *name;
	} cases[] = {
		{"a/c_style", "skill://a/c_style/c-style/SKILL.md", "c-style"},
		{"a/v1.2", "skill://a/v1.2/v1-2/SKILL.md", "v1-2"},
		{"a/-x--y-", "skill://a/-x--y-/x-y/SKILL.md", "x-y"},
		{"a/good-1", "skill://a/good-1/SKILL.md", "good-1"},
	};
	struct mcp_fixture fixture;
	size_t i;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	for (i = 0; i < sizeof cases / sizeof *cases; i++) {
		json_t *skill;

		(void)fixture_put(fixture.store, cases[i].path, "T", "text");
		skill = get_skill(&fixture, cases[i].uri);
		CHECK(skill != NULL);
		CHECK_STR(json_text(json_object_get(skill, "frontmatter"), "name"), cases[i].name);
		check_skill(&fixture, skill);
		json_decref(skill);
	}
	/* Two that would share a folder: it belongs to the prompt of that path. */
	(void)fixture_put(fixture.store, "a/c_style/c-style", "Other", "other");
	{
		json_t *skill = get_skill(&fixture, "skill://a/c_style/c-style/SKILL.md");
		const json_t *metadata =
			json_object_get(json_object_get(skill, "frontmatter"), "metadata");

		CHECK_STR(json_text(metadata, "path"), "a/c_style/c-style");
		json_decref(skill);
	}
	CHECK(walk(&fixture, "skills/list", "skills", "uri", 7) == 1);
	mcp_fixture_free(&fixture);
}

static void a_long_or_foreign_name_still_makes_a_skill(void)
{
	struct mcp_fixture fixture;
	json_t *answer, *entry;
	char path[120];
	size_t i;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	memset(path, 'a', sizeof path - 1);
	path[sizeof path - 1] = '\0';
	(void)fixture_put(fixture.store, path, "Long", "text");
	(void)fixture_put(fixture.store, "\xE6\x8F\x90\xE7\xA4\xBA", "\xE6\x8F\x90", "text");
	answer = mcp_fixture_ask(&fixture, "skills/list", NULL);
	CHECK(json_array_size(json_object_get(answer, "skills")) == 5);
	json_array_foreach (json_object_get(answer, "skills"), i, entry) {
		const char *name = json_text(json_object_get(entry, "frontmatter"), "name");

		CHECK(strlen(name) >= 1 && strlen(name) <= 64);
		CHECK(strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == strlen(name));
		check_skill(&fixture, entry);
	}
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void an_outer_skill_lists_the_files_of_those_inside(void)
{
	struct mcp_fixture fixture;
	json_t *skill;

	mcp_fixture_new(&fixture, MCP_2026_07_28, "{}");
	(void)fixture_put(fixture.store, "team/plain/more", "More", "More of it.");
	(void)fixture_put(fixture.store, "team/plain-not", "Not inside", "text");
	skill = get_skill(&fixture, "skill://team/plain/SKILL.md");
	CHECK(json_array_size(json_object_get(skill, "resources")) == 2);
	check_skill(&fixture, skill);
	json_decref(skill);
	mcp_fixture_free(&fixture);
}

/* ── folders ───────────────────────────────────────────────────────────── */

/* "name" or "name/" of every child, over all pages. */
static void check_folder(struct mcp_fixture *fixture, const char *uri, const char *expected)
{
	struct buf names = BUF_INIT(100000);
	json_t *cursor = NULL;

	do {
		json_t *params = json_pack("{s:s}", "uri", uri), *answer, *child;
		size_t i;

		if (cursor != NULL)
			json_object_set_new(params, "cursor", cursor);
		answer = mcp_fixture_ask(fixture, "resources/directory/read", params);
		CHECK(json_is_array(json_object_get(answer, "resources")));
		json_array_foreach (json_object_get(answer, "resources"), i, child)
			(void)buf_add_format(&names, "%s%s%s", names.len > 0 ? " " : "",
				json_text(child, "name"),
				strcmp(json_text(child, "mimeType"), "inode/directory") == 0 ? "/"
											     : "");
		cursor = json_incref(json_object_get(answer, "nextCursor"));
		json_decref(answer);
	} while (cursor != NULL);
	CHECK_STR(buf_text(&names), expected);
	buf_fini(&names);
}

static void folders_are_the_parts_of_paths(void)
{
	static const char *const none[] = {"skill://team/nope", "skill://team/chat/SKILL.md",
		"skill://tea", "skill://team/", "prompt://team", "skill://team/%zz"};
	struct mcp_fixture fixture;
	size_t i;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	(void)fixture_put(fixture.store, "team/plain/more", "More", "text");
	(void)fixture_put(fixture.store, "team/plain/much/more", "More", "text");
	(void)fixture_put(fixture.store, "team/plain/much/most", "More", "text");
	(void)fixture_put(fixture.store, "team/plain-not", "Not", "text");
	(void)fixture_put(fixture.store, "team/c_style", "C", "text");
	(void)fixture_put(fixture.store, "top", "Top", "text");
	check_folder(&fixture, "skill://", "team/ top/");
	check_folder(&fixture, "skill://team", "c_style/ chat/ plain/ plain-not/ review/");
	check_folder(&fixture, "skill://team/plain", "plain more/ much/");
	check_folder(&fixture, "skill://team/plain/much", "more/ most/");
	check_folder(&fixture, "skill://team/c_style", "c-style/");
	check_folder(&fixture, "skill://team/c_style/c-style", "c-style");
	for (i = 0; i < sizeof none / sizeof *none; i++) {
		json_t *answer = ask_uri(&fixture, "resources/directory/read", none[i]);

		CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
		json_decref(answer);
	}
	mcp_fixture_free(&fixture);
}

static void a_large_folder_comes_in_pages(void)
{
	struct buf expected = BUF_INIT(100000);
	struct mcp_fixture fixture;
	unsigned i;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	put_many(fixture.store, 0, 450);
	for (i = 0; i < 450; i++)
		(void)buf_add_format(&expected, "%sp%05u/", i > 0 ? " " : "", i);
	check_folder(&fixture, "skill://many", buf_text(&expected));
	buf_fini(&expected);
	mcp_fixture_free(&fixture);
}

/* ── completion ────────────────────────────────────────────────────────── */

static json_t *complete(
	struct mcp_fixture *fixture, const char *prompt, const char *name, const char *value)
{
	return mcp_fixture_ask(fixture, "completion/complete",
		json_pack("{s:{s:s, s:s}, s:{s:s, s:s}}", "ref", "type", "ref/prompt", "name",
			prompt, "argument", "name", name, "value", value));
}

static void check_values(json_t *answer, const char *expected)
{
	const json_t *values = json_object_get(json_object_get(answer, "completion"), "values");
	struct buf text = BUF_INIT(100000);
	const json_t *value;
	size_t i;

	CHECK(json_is_array(values));
	json_array_foreach (values, i, value)
		(void)buf_add_format(&text, "%s%s", i > 0 ? " " : "", json_string_value(value));
	CHECK_STR(buf_text(&text), expected);
	buf_fini(&text);
	json_decref(answer);
}

static void use_language(struct mcp_fixture *fixture, const char *language)
{
	json_decref(mcp_fixture_ask(fixture, "prompts/get",
		json_pack("{s:s, s:{s:s, s:s}}", "name", "team/review", "arguments", "language",
			language, "depth", "1")));
}

static void arguments_are_completed_from_choices_and_from_use(void)
{
	struct mcp_fixture fixture;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	check_values(complete(&fixture, "team/review", "focus", ""), "bugs speed");
	check_values(complete(&fixture, "team/review", "focus", "S"), "speed");
	check_values(complete(&fixture, "team/review", "focus", "x"), "");
	check_values(complete(&fixture, "team/review", "strict", "t"), "true");
	check_values(complete(&fixture, "team/review", "language", ""), "");
	use_language(&fixture, "Rust");
	use_language(&fixture, "Ruby");
	use_language(&fixture, "C");
	check_values(complete(&fixture, "team/review", "language", ""), "C Ruby Rust");
	check_values(complete(&fixture, "team/review", "language", "Ru"), "Ruby Rust");
	/* What another argument has goes to the end. */
	check_values(
		mcp_fixture_ask(&fixture, "completion/complete",
			json_pack("{s:{s:s, s:s}, s:{s:s, s:s}, s:{s:{s:s}}}", "ref", "type",
				"ref/prompt", "name", "team/review", "argument", "name", "language",
				"value", "", "context", "arguments", "other", "C")),
		"Ruby Rust C");
	mcp_fixture_free(&fixture);
}

static void values_are_not_kept_where_that_is_off(void)
{
	struct mcp_server_options options = {.remember_values = false};
	struct mcp_fixture fixture;
	struct err err;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	mcp_session_free(fixture.session);
	mcp_server_free(fixture.server);
	options.store = fixture.store;
	CHECK(mcp_server_new(&fixture.server, &options, &err) == 0);
	fixture.session = mcp_session_new(fixture.server, "test");
	json_decref(mcp_fixture_ask(&fixture, "initialize",
		json_pack("{s:s, s:{}, s:{s:s, s:s}}", "protocolVersion", "2025-11-25",
			"capabilities", "clientInfo", "name", "t", "version", "1")));
	use_language(&fixture, "Rust");
	check_values(complete(&fixture, "team/review", "language", ""), "");
	mcp_fixture_free(&fixture);
}

static json_t *complete_path(struct mcp_fixture *fixture, const char *value)
{
	return mcp_fixture_ask(fixture, "completion/complete",
		json_pack("{s:{s:s, s:s}, s:{s:s, s:s}}", "ref", "type", "ref/resource", "uri",
			"prompt://{+path}", "argument", "name", "path", "value", value));
}

static void paths_are_completed_by_their_beginning(void)
{
	struct mcp_fixture fixture;
	const json_t *completion;
	json_t *answer;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	check_values(complete_path(&fixture, ""), "team/chat team/plain team/review");
	check_values(complete_path(&fixture, "team/c"), "team/chat");
	check_values(complete_path(&fixture, "team/chat"), "team/chat");
	check_values(complete_path(&fixture, "x"), "");
	put_many(fixture.store, 0, 150);
	answer = complete_path(&fixture, "many/");
	completion = json_object_get(answer, "completion");
	CHECK(json_array_size(json_object_get(completion, "values")) == 100);
	CHECK(json_integer_value(json_object_get(completion, "total")) == 150);
	CHECK(json_is_true(json_object_get(completion, "hasMore")));
	json_decref(answer);
	put_many(fixture.store, 150, 60);
	answer = complete_path(&fixture, "many/");
	completion = json_object_get(answer, "completion");
	CHECK(json_object_get(completion, "total") == NULL);
	CHECK(json_is_true(json_object_get(completion, "hasMore")));
	json_decref(answer);
	mcp_fixture_free(&fixture);
}

static void wrong_completions_are_refused(void)
{
	static const char *const wrong[] = {"{}", "{\"ref\":{\"type\":\"ref/prompt\"}}",
		"{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"no/such\"},"
		"\"argument\":{\"name\":\"a\",\"value\":\"\"}}",
		"{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"team/review\"},"
		"\"argument\":{\"name\":\"nope\",\"value\":\"\"}}",
		"{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"team/review\"},"
		"\"argument\":{\"name\":\"focus\",\"value\":7}}",
		"{\"ref\":{\"type\":\"ref/what\"},\"argument\":{\"name\":\"a\",\"value\":\"\"}}",
		"{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"file:///{path}\"},"
		"\"argument\":{\"name\":\"path\",\"value\":\"\"}}",
		"{\"ref\":{\"type\":\"ref/resource\",\"uri\":\"prompt://{+path}\"},"
		"\"argument\":{\"name\":\"name\",\"value\":\"\"}}",
		"{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"team/review\"},"
		"\"argument\":{\"name\":\"focus\",\"value\":\"\"},\"context\":[]}",
		"{\"ref\":{\"type\":\"ref/prompt\",\"name\":\"team/review\"},"
		"\"argument\":{\"name\":\"focus\",\"value\":\"\"},"
		"\"context\":{\"arguments\":{\"a\":1}}}"};
	struct mcp_fixture fixture;
	size_t i;

	mcp_fixture_new(&fixture, MCP_2025_11_25, "{}");
	for (i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		json_t *answer = mcp_fixture_ask(
			&fixture, "completion/complete", json_loads(wrong[i], 0, NULL));

		CHECK(mcp_fixture_code(answer) == RPC_INVALID_PARAMS);
		json_decref(answer);
	}
	mcp_fixture_free(&fixture);
}

int main(void)
{
	json_door_init();
	RUN(lists_come_in_pages_that_clients_can_finish);
	RUN(a_full_last_page_has_no_cursor);
	RUN(a_cursor_that_is_not_ours_is_refused);
	RUN(titles_are_in_the_description_for_clients_without);
	RUN(a_search_goes_on_where_it_ended);
	RUN(an_unknown_resource_has_the_code_of_its_revision);
	RUN(a_path_outside_ascii_is_read_either_way);
	RUN(a_stamp_changes_with_what_is_served);
	RUN(a_skill_is_what_its_entry_says);
	RUN(front_matter_is_quoted_whatever_it_says);
	RUN(an_imported_skill_keeps_what_it_said_of_itself);
	RUN(keys_of_a_skill_that_are_no_plain_text_are_not_served);
	RUN(keys_of_a_skill_are_told_once_and_not_without_end);
	RUN(names_that_no_skill_may_have_get_a_folder_that_may);
	RUN(a_long_or_foreign_name_still_makes_a_skill);
	RUN(an_outer_skill_lists_the_files_of_those_inside);
	RUN(folders_are_the_parts_of_paths);
	RUN(a_large_folder_comes_in_pages);
	RUN(arguments_are_completed_from_choices_and_from_use);
	RUN(values_are_not_kept_where_that_is_off);
	RUN(paths_are_completed_by_their_beginning);
	RUN(wrong_completions_are_refused);
	return 0;
}
