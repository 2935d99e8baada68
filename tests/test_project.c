/* Prompts of projects: who sees them, who comes first, where they are looked for. */
#include "store/project.h"

#include <sys/stat.h>
#include <unistd.h>

#include "agent/project_place.h"
#include "tests/store_fixture.h"

#define ROOT "/home/p/it's"
#define SOURCE STORE_PROJECT_PREFIX ROOT

static void put(struct store *store, const char *source, const char *path, const char *text)
{
	struct prompt *prompt = prompt_new();
	struct err err;

	prompt_set(&prompt->source, str_of(source));
	prompt_set(&prompt->path, str_of(path));
	prompt_set(&prompt->title, str_of(path));
	(void)prompt_add_message(prompt, PROMPT_USER, str_of(text));
	CHECK(store_prompt_put(store, prompt, NULL, &err) == 0);
	prompt_free(prompt);
}

static struct store *open_it(const char *root)
{
	struct store *store;
	struct err err;

	CHECK(fixture_try_open(&store, &err) == 0);
	if (root != NULL)
		CHECK(store_project_see(store, root, &err) == 0);
	return store;
}

static struct store *filled(void)
{
	struct store *store;

	fixture_new_dir();
	store = open_it(NULL);
	put(store, SOURCE, "review", "the project's zebra");
	put(store, SOURCE, "only/here", "an antelope of the project");
	put(store, STORE_PROJECT_PREFIX "/other", "elsewhere", "another project's");
	put(store, "git:team", "review", "the team's");
	put(store, "git:team", "shared", "the team's");
	put(store, "starter", "review", "a starter");
	put(store, "starter", "plain", "a starter");
	put(store, "local", "mine", "my own");
	put(store, SOURCE, "mine", "the project's");
	put(store, SOURCE, "plain", "the project's");
	return store;
}

/* The text of what a name means; "": nothing. */
static const char *text(struct store *store, const char *name)
{
	static char found[64];
	struct store_want want = {.version = 0};
	struct prompt *prompt;
	struct err err;
	int outcome = store_prompt_get(store, str_of(name), &want, &prompt, &err);

	CHECK(outcome >= 0);
	found[0] = '\0';
	if (outcome == STORE_OK) {
		(void)snprintf(found, sizeof found, "%s", prompt->messages[0].text);
		prompt_free(prompt);
	}
	return found;
}

static int add_row(void *data, const struct store_row *row)
{
	struct buf *names = data;

	return buf_add_format(names, "%.*s=%.*s ", (int)row->path.n, row->path.p,
		(int)row->source.n, row->source.p);
}

static void check_list(struct store *store, const char *source, const char *expected)
{
	struct store_filter filter = {.source = str_of(source)};
	struct buf names = BUF_INIT(4096);
	struct err err;

	CHECK(store_prompt_list(store, &filter, STR(""), 100, add_row, &names, &err) == 0);
	CHECK_STR(buf_text(&names), expected);
	buf_fini(&names);
}

static void check_search(struct store *store, const char *words, const char *expected)
{
	struct store_search search = {.text = str_of(words), .limit = 20};
	struct buf names = BUF_INIT(4096);
	struct err err;
	bool more;

	/* Twice: from the file, and from memory. */
	for (int i = 0; i < 3; i++) {
		buf_clear(&names);
		CHECK(store_search(store, &search, add_row, &names, &more, &err) == 0);
		CHECK_STR(buf_text(&names), expected);
	}
	buf_fini(&names);
}

static void nobody_sees_them_who_was_not_told_of_the_project(void)
{
	struct store *store = filled();

	check_list(store, NULL, "mine=local plain=starter review=git:team shared=git:team ");
	check_search(store, "zebra", "");
	check_search(store, "antelope", "");
	check_search(store, "only here", "");
	CHECK_STR(text(store, "here"), "");
	CHECK_STR(text(store, "project:review"), "");
	CHECK_STR(text(store, SOURCE ":review"), "");
	check_list(store, "project", "");
	store_close(store);
}

static void who_was_sees_them_behind_own_prompts_and_before_other_sources(void)
{
	struct store *store = filled();

	store_close(store);
	store = open_it(ROOT);
	check_list(store, NULL,
		"mine=local only/here=project plain=project review=project shared=git:team ");
	check_list(store, "project", "only/here=project plain=project review=project ");
	check_search(store, "zebra", "review=project ");
	check_search(store, "antelope", "only/here=project ");
	check_search(store, "here", "only/here=project ");
	CHECK_STR(text(store, "review"), "the project's zebra");
	CHECK_STR(text(store, "here"), "an antelope of the project");
	CHECK_STR(text(store, "mine"), "my own");
	CHECK_STR(text(store, "elsewhere"), "");
	store_close(store);
}

static void each_has_a_whole_name(void)
{
	struct store *store = filled();

	store_close(store);
	store = open_it(ROOT);
	CHECK_STR(text(store, "git:team:review"), "the team's");
	CHECK_STR(text(store, "starter:review"), "a starter");
	CHECK_STR(text(store, "project:review"), "the project's zebra");
	CHECK_STR(text(store, "project:mine"), "the project's");
	CHECK_STR(text(store, "project:elsewhere"), "");
	CHECK_STR(text(store, STORE_PROJECT_PREFIX "/other:elsewhere"), "");
	CHECK_STR(text(store, "nobody:review"), "");
	store_close(store);
}

static void a_project_takes_no_name_from_others(void)
{
	struct store *store = filled();

	put(store, "git:team", "deep/tool", "the team's tool");
	put(store, SOURCE, "other/tool", "the project's tool");
	put(store, SOURCE, "a/twice", "one");
	put(store, SOURCE, "b/twice", "two");
	store_close(store);
	store = open_it(ROOT);
	CHECK_STR(text(store, "tool"), "the team's tool");
	CHECK_STR(text(store, "other/tool"), "the project's tool");
	store_close(store);
}

static void what_comes_and_goes_leaves_the_right_one_seen(void)
{
	struct store *store = filled();
	struct err err;
	size_t removed;

	CHECK(store_prompt_remove(store, STR("mine"), &err) == 0);
	CHECK_STR(text(store, "mine"), "");
	CHECK_STR(text(store, "review"), "the team's");
	CHECK(store_prompt_remove(store, STR("git:team:review"), &err) == 0);
	CHECK_STR(text(store, "review"), "a starter");
	put(store, "personal", "review", "personal");
	CHECK_STR(text(store, "review"), "personal");
	CHECK(store_project_sweep(
		      store, STR(STORE_PROJECT_PREFIX "/other"), NULL, NULL, &removed, &err) == 0);
	CHECK(removed == 1);
	store_close(store);
	store = open_it(ROOT);
	CHECK_STR(text(store, "mine"), "the project's");
	CHECK_STR(text(store, "review"), "personal");
	store_close(store);
}

/* --- where they are looked for --- */

static char base[64];

static void make(const char *path)
{
	char whole[256];

	(void)snprintf(whole, sizeof whole, "%s/%s", base, path);
	CHECK(mkdir(whole, 0700) == 0);
}

static size_t found(const char *home, const char *here, const char *root)
{
	char homes[256], heres[256], roots[256];
	struct project_place place;

	(void)snprintf(homes, sizeof homes, "%s/%s", base, home);
	(void)snprintf(heres, sizeof heres, "%s/%s", base, here);
	(void)snprintf(roots, sizeof roots, "%s/%s", base, root);
	if (!project_place_find(homes, heres, &place))
		return 0;
	CHECK_STR(place.root, roots);
	return place.n;
}

static void the_search_ends_at_the_repository_and_below_home(void)
{
	static const char *const folders[] = {"home", "home/.prompts", "home/code",
		"home/code/.prompts", "home/code/repo", "home/code/repo/.git",
		"home/code/repo/.prompts", "home/code/repo/.claude", "home/code/repo/a",
		"home/code/repo/a/b", "home/code/repo/a/b/.agents",
		"home/code/repo/a/b/.agents/skills", "home/code/loose"};
	char link[256];

	(void)snprintf(base, sizeof base, "/tmp/promptd-test-XXXXXX");
	CHECK(mkdtemp(base) != NULL);
	for (size_t i = 0; i < sizeof folders / sizeof *folders; i++)
		make(folders[i]);
	CHECK(found("home", "home/code/repo", "home/code/repo") == 1);
	CHECK(found("home", "home/code/repo/a/b", "home/code/repo") == 2);
	CHECK(found("home", "home/code/loose", "") == 0);
	CHECK(found("home", "home/code", "home/code") == 1);
	CHECK(found("home", "home", "") == 0);
	CHECK(found("home/code", "home", "") == 0);
	CHECK(found("hom", "home/code/repo", "home/code/repo") == 1);
	CHECK(!project_place_find("/home/x", "relative", &(struct project_place){.n = 0}));
	CHECK(!project_place_find("/home/x", NULL, &(struct project_place){.n = 0}));
	(void)snprintf(link, sizeof link, "%s/home/code/loose/.prompts", base);
	CHECK(symlink("../.prompts", link) == 0);
	CHECK(found("home", "home/code/loose", "") == 0);
	CHECK(unlink(link) == 0);
	for (size_t i = sizeof folders / sizeof *folders; i-- > 0;) {
		char whole[256];

		(void)snprintf(whole, sizeof whole, "%s/%s", base, folders[i]);
		CHECK(rmdir(whole) == 0);
	}
	CHECK(rmdir(base) == 0);
}

int main(void)
{
	RUN(nobody_sees_them_who_was_not_told_of_the_project);
	RUN(who_was_sees_them_behind_own_prompts_and_before_other_sources);
	RUN(each_has_a_whole_name);
	RUN(a_project_takes_no_name_from_others);
	RUN(what_comes_and_goes_leaves_the_right_one_seen);
	RUN(the_search_ends_at_the_repository_and_below_home);
	return 0;
}
