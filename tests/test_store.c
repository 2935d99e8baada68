/* Tests of store/: opening, putting, getting, listing, removing. */
#include "core/clock.h"
#include "schema/schema.h"
#include "tests/store_fixture.h"

/* The number of a table's last migration. */
static int last_of(const struct schema_file *files)
{
	int n = 0;

	while (files[n].name != NULL)
		n++;
	return n;
}

static void store_makes_private_files(void)
{
	struct store *store = fixture_new();
	char path[128];
	struct stat st;

	(void)snprintf(path, sizeof path, "%s/prompts.db", fixture_dir);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	(void)snprintf(path, sizeof path, "%s/prompts.db-wal", fixture_dir);
	CHECK(stat(path, &st) == 0 && (st.st_mode & 0777) == 0600);
	CHECK(stat(fixture_dir, &st) == 0 && (st.st_mode & 0777) == 0700);
	store_close(store);
}

static void store_follows_no_link(void)
{
	char path[128], target[128];
	struct store *store;
	struct err err;

	fixture_new_dir();
	(void)snprintf(path, sizeof path, "%s/prompts.db", fixture_dir);
	(void)snprintf(target, sizeof target, "%s/elsewhere", fixture_dir);
	CHECK(symlink(target, path) == 0);
	CHECK(fixture_try_open(&store, &err) == -1);
	CHECK(err.code == ERR_REFUSED);
	CHECK(access(target, F_OK) != 0);
	CHECK(unlink(path) == 0);
	(void)snprintf(path, sizeof path, "%s/prompts.db-wal", fixture_dir);
	CHECK(symlink(target, path) == 0);
	CHECK(fixture_try_open(&store, &err) == -1);
	CHECK(err.code == ERR_REFUSED);
}

static void store_read_only_makes_nothing(void)
{
	struct store_options options = {.dir = fixture_dir, .read_only = true};
	struct store *store;
	struct err err;
	char path[128];

	fixture_new_dir();
	CHECK(store_open(&store, &options, &err) == -1);
	CHECK(err.code == ERR_NOT_FOUND);
	(void)snprintf(path, sizeof path, "%s/prompts.db", fixture_dir);
	CHECK(access(path, F_OK) != 0);
}

static void store_keeps_a_prompt_whole(void)
{
	struct store *store = fixture_new();
	struct prompt *prompt =
		fixture_prompt("team/review", "Code review", "Look at {{diff}}\nwell");
	struct prompt_input *input;
	struct prompt *got;

	(void)prompt_add_message(prompt, PROMPT_SYSTEM, STR("You are strict."));
	(void)prompt_add_message(prompt, PROMPT_ASSISTANT, STR("\n"));
	input = prompt_add_input(prompt, STR("diff"));
	input->required = true;
	prompt_set(&input->description, STR("what changed"));
	input = prompt_add_input(prompt, STR("tone"));
	prompt_input_add_choice(input, STR("kind"));
	prompt_input_add_choice(input, STR("dry"));
	prompt_set(&input->initial, STR("kind"));
	prompt_add_tag(prompt, STR("code, quality"));
	prompt_add_tag(prompt, STR("review"));
	prompt_add_alias(prompt, STR("cr"));
	prompt_set(&prompt->description, STR("Reviews a diff"));
	prompt_set(&prompt->collection, STR("engineering"));
	prompt_set(&prompt->model, STR("any"));
	prompt_set(&prompt->extra, STR("x: 1\n"));
	prompt_set(&prompt->origin, STR("/a/b.md"));
	prompt_set(&prompt->format, STR("prompt-md"));
	prompt->flags = PROMPT_FLAG_EXECUTABLE;
	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_CREATED);
	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_UNCHANGED);
	got = fixture_get(store, "team/review");
	CHECK(got->n_messages == 3 && got->messages[1].role == PROMPT_SYSTEM);
	CHECK_STR(got->messages[0].text, "Look at {{diff}}\nwell");
	CHECK_STR(got->messages[1].text, "You are strict.");
	CHECK_STR(got->messages[2].text, "\n");
	CHECK(got->n_inputs == 2 && got->inputs[0].required);
	CHECK_STR(got->inputs[1].choices[1], "dry");
	CHECK(got->n_tags == 2 && got->n_aliases == 1);
	CHECK_STR(got->tags[0], "code, quality");
	CHECK_STR(got->description, "Reviews a diff");
	CHECK_STR(got->collection, "engineering");
	CHECK_STR(got->extra, "x: 1\n");
	CHECK_STR(got->source, "local");
	CHECK_STR(got->status, "approved");
	CHECK_STR(got->channel, "production");
	CHECK(got->flags == PROMPT_FLAG_EXECUTABLE && got->version == 1);
	CHECK(strlen(got->id) == 36);
	CHECK(prompt_digest(prompt, prompt->digest, NULL) == 0);
	CHECK_STR(got->digest, prompt->digest);
	prompt_free(got);
	prompt_free(prompt);
	store_close(store);
}

static int count_version(void *data, const struct store_version *version)
{
	struct buf *out = data;

	(void)buf_add_format(out, "%lld:%.*s ", (long long)version->number, (int)version->channel.n,
		version->channel.p);
	return 0;
}

static void store_numbers_versions(void)
{
	struct store_want want = {.version = 1};
	struct store *store = fixture_new();
	struct buf out = BUF_INIT(1000);
	struct prompt *got;
	struct err err;

	CHECK(fixture_put(store, "a", "A", "one") == STORE_PUT_CREATED);
	CHECK(fixture_put(store, "a", "A", "two") == STORE_PUT_REVERSIONED);
	CHECK(fixture_put(store, "a", "Better A", "two") == STORE_PUT_UPDATED);
	CHECK(fixture_put(store, "a", "Better A", "one") == STORE_PUT_REVERSIONED);
	got = fixture_get(store, "a");
	CHECK(got->version == 3);
	CHECK_STR(got->title, "Better A");
	prompt_free(got);
	CHECK(store_prompt_get(store, STR("a"), &want, &got, &err) == 0);
	CHECK_STR(got->messages[0].text, "one");
	CHECK(got->version == 1);
	prompt_free(got);
	want.version = 4;
	CHECK(store_prompt_get(store, STR("a"), &want, &got, &err) == STORE_NOT_FOUND);
	CHECK(store_version_list(store, STR("a"), count_version, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "3:production 2: 1: ");
	buf_fini(&out);
	store_close(store);
}

static void experimental_versions_are_for_those_who_ask(void)
{
	struct store_want want = {.version = 0};
	struct store *store = fixture_new();
	struct prompt *prompt = fixture_prompt("a", "Aardvark", "one"), *got;
	struct err err;

	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_CREATED);
	prompt_free(prompt);
	prompt = fixture_prompt("a", "Aardvark", "two");
	prompt_set(&prompt->channel, STR("experimental"));
	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_REVERSIONED);
	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_UNCHANGED);
	got = fixture_get(store, "a");
	CHECK_STR(got->messages[0].text, "one");
	prompt_free(got);
	want.version = 2;
	CHECK(store_prompt_get(store, STR("a"), &want, &got, &err) == STORE_NOT_FOUND);
	want = (struct store_want){.experimental = true};
	CHECK(store_prompt_get(store, STR("a"), &want, &got, &err) == 0);
	CHECK_STR(got->messages[0].text, "two");
	CHECK_STR(got->channel, "experimental");
	prompt_free(got);
	/* Publishing what was tried out makes no new version. */
	prompt_set(&prompt->channel, STR("production"));
	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_UPDATED);
	got = fixture_get(store, "a");
	CHECK(got->version == 2);
	prompt_free(got);
	prompt_free(prompt);
	/* One that only ever was tried out is seen by nobody else. */
	prompt = fixture_prompt("b", "Bear", "grr");
	prompt_set(&prompt->channel, STR("experimental"));
	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_CREATED);
	want = (struct store_want){.version = 0};
	CHECK(store_prompt_get(store, STR("b"), &want, &got, &err) == STORE_NOT_FOUND);
	CHECK_STR(fixture_search(store, "bear"), "");
	CHECK_STR(fixture_search(store, "aardvark"), "a");
	prompt_free(prompt);
	store_close(store);
}

static void store_finds_by_path_name_alias_and_id(void)
{
	struct store_want want = {.version = 0};
	struct store *store = fixture_new();
	struct prompt *prompt = fixture_prompt("x/deploy", "Deploy it", "go"), *got;
	struct err err;
	char *id;

	prompt_add_alias(prompt, STR("ship"));
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	(void)fixture_put(store, "x/review", "One", "1");
	(void)fixture_put(store, "y/review", "Two", "2");
	got = fixture_get(store, "deploy");
	id = xstrdup(got->id);
	prompt_free(got);
	prompt_free(fixture_get(store, "ship"));
	prompt_free(fixture_get(store, "Deploy IT"));
	got = fixture_get(store, id);
	CHECK_STR(got->path, "x/deploy");
	prompt_free(got);
	free(id);
	CHECK(store_prompt_get(store, STR("review"), &want, &got, &err) == STORE_AMBIGUOUS);
	CHECK(strstr(err.text, "x/review") != NULL && strstr(err.text, "y/review") != NULL);
	CHECK(store_prompt_get(store, STR("nothing"), &want, &got, &err) == STORE_NOT_FOUND);
	CHECK(store_prompt_get(store, STR(""), &want, &got, &err) == STORE_NOT_FOUND);
	store_close(store);
}

static void removed_prompts_stay_away_until_put_by_hand(void)
{
	struct store_want want = {.version = 0};
	struct store *store = fixture_new();
	struct prompt *got;
	struct err err;
	char *id;

	(void)fixture_put(store, "a/b", "Walrus", "text of walruses");
	got = fixture_get(store, "b");
	id = xstrdup(got->id);
	prompt_free(got);
	CHECK(!store_prompt_was_removed(store, STR("local"), STR("a/b")));
	CHECK(store_prompt_remove(store, STR("b"), &err) == 0);
	CHECK(store_prompt_was_removed(store, STR(""), STR("a/b")));
	CHECK(!store_prompt_was_removed(store, STR("starter"), STR("a/b")));
	CHECK(store_prompt_get(store, STR("a/b"), &want, &got, &err) == STORE_NOT_FOUND);
	CHECK_STR(fixture_search(store, "walrus"), "");
	CHECK_STR(fixture_search(store, "walruses"), "");
	CHECK(store_prompt_remove(store, STR("b"), &err) == STORE_NOT_FOUND);
	CHECK(fixture_put(store, "a/b", "Walrus", "text of walruses") == STORE_PUT_CREATED);
	CHECK(!store_prompt_was_removed(store, STR("local"), STR("a/b")));
	/* The same place is the same prompt: its counts and ratings are found. */
	got = fixture_get(store, "b");
	CHECK_STR(got->id, id);
	CHECK(got->version == 1);
	prompt_free(got);
	free(id);
	store_close(store);
}

static void one_path_is_one_prompt_to_people(void)
{
	struct store *store = fixture_new();
	struct prompt *prompt = fixture_prompt("a", "From the start", "s"), *got;
	struct buf out = BUF_INIT(1000);
	struct err err;
	int64_t count;

	prompt_set(&prompt->source, STR("starter"));
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	(void)fixture_put(store, "a", "My own", "m");
	got = fixture_get(store, "a");
	CHECK_STR(got->title, "My own");
	prompt_free(got);
	CHECK(store_prompt_list(store, NULL, STR(""), 10, fixture_path, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "a");
	CHECK(store_prompt_count(store, NULL, &count, &err) == 0 && count == 1);
	CHECK_STR(fixture_search(store, "start"), "");
	CHECK(store_prompt_remove(store, STR("a"), &err) == 0);
	CHECK_STR(fixture_search(store, "start"), "a");
	buf_fini(&out);
	store_close(store);
}

static void lists_page_by_path(void)
{
	struct store_filter filter = {.tag = STR("even")};
	struct store *store = fixture_new();
	struct buf out = BUF_INIT(1000);
	struct err err;
	int i;

	for (i = 0; i < 9; i++) {
		struct prompt *prompt = fixture_prompt("p", "P", "text");
		char path[16];

		(void)snprintf(path, sizeof path, "p/%d", i);
		prompt_set(&prompt->path, str_of(path));
		if (i % 2 == 0)
			prompt_add_tag(prompt, STR("even"));
		(void)fixture_put_prompt(store, prompt);
		prompt_free(prompt);
	}
	CHECK(store_prompt_list(store, NULL, STR("p/3"), 3, fixture_path, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "p/4 p/5 p/6");
	buf_clear(&out);
	CHECK(store_prompt_list(store, &filter, STR("p/3"), 9, fixture_path, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "p/4 p/6 p/8");
	buf_clear(&out);
	CHECK(store_prompt_list(store, NULL, STR("p/8"), 9, fixture_path, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "");
	buf_fini(&out);
	store_close(store);
}

static int add_group(void *data, struct str name, struct str description, int64_t prompts)
{
	(void)buf_add_format(data, "%.*s(%.*s)=%lld ", (int)name.n, name.p, (int)description.n,
		description.p, (long long)prompts);
	return 0;
}

static void tags_and_collections_are_counted(void)
{
	struct store *store = fixture_new();
	struct prompt *prompt = fixture_prompt("a", "A", "text");
	struct buf out = BUF_INIT(1000);
	struct err err;

	prompt_add_tag(prompt, STR("x"));
	prompt_add_tag(prompt, STR("y"));
	prompt_set(&prompt->collection, STR("team"));
	(void)fixture_put_prompt(store, prompt);
	prompt_set(&prompt->path, STR("b"));
	(void)fixture_put_prompt(store, prompt);
	prompt_free(prompt);
	prompt = fixture_prompt("b", "A", "text");
	prompt_add_tag(prompt, STR("y"));
	CHECK(fixture_put_prompt(store, prompt) == STORE_PUT_UPDATED);
	prompt_free(prompt);
	CHECK(store_collection_put(store, STR("team"), STR("Ours"), &err) == 0);
	CHECK(store_tag_list(store, add_group, &out, &err) == 0);
	CHECK(store_collection_list(store, add_group, &out, &err) == 0);
	CHECK_STR(buf_text(&out), "x()=1 y()=2 team(Ours)=1 ");
	buf_fini(&out);
	store_close(store);
}

static void a_batch_is_all_or_nothing(void)
{
	struct store *store = fixture_new(), *other = fixture_open();
	uint64_t before = store_data_version(other);
	struct err err;
	int64_t count;

	CHECK(store_begin(store, &err) == 0);
	(void)fixture_put(store, "a", "Alpha", "1");
	CHECK_STR(fixture_search(store, "alpha"), "a");
	CHECK_STR(fixture_search(other, "alpha"), "");
	store_rollback(store);
	CHECK_STR(fixture_search(store, "alpha"), "");
	CHECK(store_data_version(other) == before);
	CHECK(store_begin(store, &err) == 0);
	(void)fixture_put(store, "a", "Alpha", "words of it");
	(void)fixture_put(store, "b", "Beta", "words of it");
	(void)fixture_put(store, "a", "Gamma", "words of it");
	CHECK(store_commit(store, &err) == 0);
	CHECK(store_data_version(other) != before);
	CHECK_STR(fixture_search(other, "alpha"), "");
	CHECK_STR(fixture_search(other, "gamma"), "a");
	CHECK_STR(fixture_search(other, "words"), "a b");
	CHECK(store_prompt_count(other, NULL, &count, &err) == 0 && count == 2);
	store_close(other);
	store_close(store);
}

static void data_version_tells_of_own_and_other_commits(void)
{
	struct store *store = fixture_new(), *other = fixture_open();
	uint64_t mine = store_data_version(store), theirs = store_data_version(other);

	CHECK(store_data_version(store) == mine);
	(void)fixture_put(store, "a", "A", "1");
	CHECK(store_data_version(store) != mine);
	CHECK(store_data_version(other) != theirs);
	mine = store_data_version(store);
	theirs = store_data_version(other);
	fixture_use(store, "a", 3); /* the ledger is another file */
	CHECK(store_data_version(store) == mine);
	CHECK(store_data_version(other) == theirs);
	store_close(other);
	store_close(store);
}

static void the_secret_is_one(void)
{
	struct store *store = fixture_new(), *other = fixture_open();
	unsigned char a[32], b[32];
	struct err err;

	CHECK(store_secret(store, a, &err) == 0);
	CHECK(store_secret(other, b, &err) == 0);
	CHECK(memcmp(a, b, 32) == 0);
	store_close(other);
	store_close(store);
}

static void status_knows_the_facts(void)
{
	struct store *store = fixture_new();
	struct store_facts facts;
	struct err err;

	(void)fixture_put(store, "a", "A", "1");
	(void)fixture_put(store, "a", "A", "2");
	fixture_use(store, "a", 2);
	CHECK(store_facts(store, &facts, &err) == 0);
	CHECK(facts.n_prompts == 1 && facts.n_versions == 2 && facts.n_usage_pending == 2);
	CHECK(facts.prompts_bytes > 0 && facts.ledger_bytes > 0);
	CHECK(facts.schema_prompts == last_of(schema_store_prompts));
	CHECK(facts.schema_ledger == last_of(schema_store_ledger));
	CHECK(store_check(store, &err) == 0);
	store_close(store);
}

int main(void)
{
	RUN(store_makes_private_files);
	RUN(store_follows_no_link);
	RUN(store_read_only_makes_nothing);
	RUN(store_keeps_a_prompt_whole);
	RUN(store_numbers_versions);
	RUN(experimental_versions_are_for_those_who_ask);
	RUN(store_finds_by_path_name_alias_and_id);
	RUN(removed_prompts_stay_away_until_put_by_hand);
	RUN(one_path_is_one_prompt_to_people);
	RUN(lists_page_by_path);
	RUN(tags_and_collections_are_counted);
	RUN(a_batch_is_all_or_nothing);
	RUN(data_version_tells_of_own_and_other_commits);
	RUN(the_secret_is_one);
	RUN(status_knows_the_facts);
	return 0;
}
