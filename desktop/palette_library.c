/* The palette's calls over the library; see palette_library.h. */
#include "desktop/palette_library.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "core/clock.h"
#include "core/json.h"
#include "core/log.h"
#include "store/picks.h"
#include "store/remote.h"
#include "store/search.h"
#include "store/stats.h"
#include "store/usage.h"

#define WRITE_WAIT_MS 300
#define PATIENT_MS 5000
#define SOURCES_BYTES_MAX (256 * 1024)

void palette_library_init_store(
	struct palette_library *library, const char *dir, struct store *store)
{
	memset(library, 0, sizeof *library);
	(void)snprintf(library->dir, sizeof library->dir, "%s", dir);
	library->store = store;
}

void palette_library_init(struct palette_library *library, const char *dir)
{
	palette_library_init_store(library, dir, NULL);
	library->own = true;
}

void palette_library_fini(struct palette_library *library)
{
	if (library->own)
		store_close(library->store);
	library->store = NULL;
}

int palette_library_open(struct palette_library *library, struct err *err)
{
	struct store_options options = {.dir = library->dir};
	char file[sizeof library->dir + 16];

	if (library->store != NULL)
		return 0;
	/* Made by importing, not by looking. */
	(void)snprintf(file, sizeof file, "%s/prompts.db", library->dir);
	if (!library->own || access(file, F_OK) != 0)
		return err_set(
			err, ERR_NOT_FOUND, "There is no library yet: promptd import --starter.");
	return store_open(&library->store, &options, err) < 0 ? -1 : 0;
}

/* The library, which waits for nobody until leave(). */
static struct store *enter(struct palette_library *library, int wait_ms, struct err *err)
{
	if (palette_library_open(library, err) != 0)
		return NULL;
	store_wait(library->store, wait_ms);
	return library->store;
}

/* Whoever writes down what was done has more patience. */
static void leave(struct palette_library *library)
{
	store_wait(library->store, PATIENT_MS);
}

static int ignore_row(void *data, const struct store_row *row)
{
	(void)data;
	(void)row;
	return 1;
}

/* A letter, so that all titles are looked at. */
void palette_library_warm(struct palette_library *library)
{
	struct store_search search = {.text = STR("e"), .limit = 1};
	struct err err;
	bool more;

	if (enter(library, PATIENT_MS, &err) != NULL)
		(void)store_search(library->store, &search, ignore_row, NULL, &more, &err);
	else if (err.code != ERR_NOT_FOUND)
		log_event(LOG_LEVEL_ERROR, LOG_TEXT("event", "desktop.library"),
			LOG_TEXT("error", err.text));
}

int palette_library_record(
	struct palette_library *library, const struct usage_event *event, struct err *err)
{
	struct store *store = enter(library, PATIENT_MS, err);

	if (store == NULL)
		return -1;
	if (store_usage_add(store, event, err) != 0)
		return -1;
	return store_usage_commit(store, err);
}

/* --- how old a source is ----------------------------------------------------------------- */

static void sources_take(struct palette_library *library, const json_t *list)
{
	const json_t *entry;
	size_t i;

	json_array_foreach (list, i, entry) {
		struct palette_library_source *source = &library->sources[library->n_sources];
		const char *name = json_text(entry, "name");

		if (library->n_sources == PALETTE_LIBRARY_SOURCES)
			return;
		if (name != NULL && strlen(name) < sizeof source->name &&
			clock_parse(json_str(entry, "updated"), &source->updated_ms)) {
			(void)snprintf(source->name, sizeof source->name, "%s", name);
			library->n_sources++;
		}
	}
}

static void hub_read(struct palette_library *library)
{
	struct store_remote remote;
	struct err ignored;

	library->hub_ms = 0;
	store_remote_init(&remote);
	if (store_remote_get(library->store, STR("hub"), &remote, &ignored) == 0)
		library->hub_ms = remote.synced_ms;
	store_remote_fini(&remote);
}

/* What `promptd source` wrote down. Without it no age is shown. */
static void sources_read(struct palette_library *library)
{
	char path[sizeof library->dir + 16], block[4096];
	struct buf text = BUF_INIT(SOURCES_BYTES_MAX);
	json_t *list = NULL;
	struct err ignored;
	FILE *file;
	size_t n;

	library->n_sources = 0;
	(void)snprintf(path, sizeof path, "%s/sources.json", library->dir);
	file = fopen(path, "re");
	if (file == NULL)
		return;
	while ((n = fread(block, 1, sizeof block, file)) > 0)
		(void)buf_add(&text, block, n);
	(void)fclose(file); /* only read */
	if (!buf_failed(&text) &&
		json_door_parse((struct str){buf_text(&text), text.len}, &list, &ignored) == 0)
		sources_take(library, list);
	json_decref(list);
	buf_fini(&text);
}

static int64_t age_s(const struct palette_library *library, struct str source)
{
	size_t i;

	if (str_is(source, "hub") && library->hub_ms > 0)
		return (clock_now_ms() - library->hub_ms) / 1000;
	for (i = 0; str_starts(source, "git:") && i < library->n_sources; i++)
		if (str_is((struct str){source.p + 4, source.n - 4}, library->sources[i].name))
			return (clock_now_ms() - library->sources[i].updated_ms) / 1000;
	return -1;
}

/* --- rows -------------------------------------------------------------------------------- */

struct rows {
	const struct palette_library *library;
	palette_row_fn *fn;
	void *data;
	enum palette_group group;
	int64_t shown[PALETTE_ROWS_MAX]; /* keys: a prompt is shown once */
	unsigned n, limit;
	bool ended;
};

static void marks_take(struct palette_marks *to, const struct store_marks *from)
{
	for (; from != NULL && to->n < from->n && to->n < PALETTE_MARKS_MAX; to->n++)
		to->marks[to->n] =
			(struct palette_mark){from->marks[to->n].from, from->marks[to->n].n};
}

static int on_row(void *data, const struct store_row *row)
{
	struct rows *rows = data;
	struct palette_found found = {.group = rows->group,
		.favourite = row->favourite,
		.age_s = age_s(rows->library, row->source)};
	unsigned i;

	for (i = 0; i < rows->n; i++)
		if (rows->shown[i] == row->key)
			return 0;
	marks_take(&found.title_marks, row->title_marks);
	marks_take(&found.path_marks, row->path_marks);
	rows->shown[rows->n++] = row->key;
	rows->ended = rows->fn(rows->data, row, &found) != 0 || rows->n == rows->limit;
	return rows->ended;
}

/* Nothing is typed: favourites, then recents, then the most used. */
static int first_rows(struct palette_library *library, struct rows *rows, struct err *err)
{
	struct store_search search = {.limit = PALETTE_ROWS_MAX,
		.filter = {.experimental = library->experimental, .favourites = true}};
	bool more;

	sources_read(library);
	hub_read(library);
	rows->group = PALETTE_FAVOURITE;
	if (store_favourite_list(library->store, &search.filter, rows->limit, on_row, rows, err) !=
		0)
		return -1;
	rows->group = PALETTE_RECENT;
	if (!rows->ended && store_recent_list(library->store, &search.filter,
				    rows->n + PALETTE_LIBRARY_RECENTS, on_row, rows, err) != 0)
		return -1;
	rows->group = PALETTE_MOST_USED;
	return rows->ended ? 0 : store_search(library->store, &search, on_row, rows, &more, err);
}

static int on_search(
	void *data, struct str text, unsigned limit, palette_row_fn *fn, void *to, struct err *err)
{
	struct palette_library *library = data;
	struct rows rows = {.library = library,
		.fn = fn,
		.data = to,
		.limit = limit < PALETTE_ROWS_MAX ? limit : PALETTE_ROWS_MAX};
	struct store_search search = {.text = text,
		.limit = rows.limit,
		.marks = true,
		.filter = {.experimental = library->experimental, .favourites = true}};
	bool more;
	int result;

	if (enter(library, PALETTE_LIBRARY_WAIT_MS, err) == NULL)
		return -1;
	if (str_trim(text).n == 0)
		result = first_rows(library, &rows, err);
	else
		result = store_search(library->store, &search, on_row, &rows, &more, err);
	leave(library);
	return result;
}

/* --- one prompt -------------------------------------------------------------------------- */

static int on_get(void *data, struct str name, struct prompt **out, struct err *err)
{
	struct palette_library *library = data;
	struct store_want want = {.experimental = library->experimental};
	struct store *store = enter(library, PALETTE_LIBRARY_WAIT_MS, err);
	int result;

	if (store == NULL)
		return -1;
	result = store_prompt_get(store, name, &want, out, err);
	if (result == STORE_NOT_FOUND && !want.experimental) {
		/* A favourite that is not approved (any more). */
		want.experimental = true;
		result = store_prompt_get(store, name, &want, out, err);
	}
	leave(library);
	return result;
}

static int on_compose(void *data, const struct prompt *prompt, const json_t *args, unsigned flags,
	struct compose *out, struct err *err)
{
	struct palette_library *library = data;
	int result;

	/* Texts of other prompts may be in it. */
	if (library->store != NULL)
		store_wait(library->store, PALETTE_LIBRARY_WAIT_MS);
	result = compose_text(library->store, prompt, args, flags, out, err);
	if (library->store != NULL)
		leave(library);
	return result;
}

static int on_favourite(void *data, struct str prompt_id, bool on, struct err *err)
{
	struct palette_library *library = data;
	struct store *store = enter(library, WRITE_WAIT_MS, err);
	int result;

	if (store == NULL)
		return -1;
	result = store_favourite_put(store, prompt_id, on, err);
	leave(library);
	return result;
}

/* --- values ------------------------------------------------------------------------------ */

static void on_values(void *data, const struct prompt *prompt, const struct prompt_input *input,
	unsigned limit, palette_value_fn *fn, void *values)
{
	struct palette_library *library = data;
	struct err ignored; /* then none are offered */

	if (library->forgetful || enter(library, PALETTE_LIBRARY_WAIT_MS, &ignored) == NULL)
		return;
	(void)store_value_list(library->store, str_of(prompt->id), str_of(input->name), STR(""),
		limit, fn, values, &ignored);
	leave(library);
}

static void on_remember(
	void *data, const struct prompt *prompt, const struct prompt_input *input, struct str value)
{
	struct palette_library *library = data;
	struct err ignored; /* losing one is no harm */

	if (library->forgetful || input->secret ||
		enter(library, PALETTE_LIBRARY_WAIT_MS, &ignored) == NULL)
		return;
	(void)store_value_add(
		library->store, str_of(prompt->id), str_of(input->name), value, &ignored);
	leave(library);
}

/* --- details ----------------------------------------------------------------------------- */

struct details {
	struct palette_detail *details;
	size_t n, max;
};

static void detail(struct details *details, const char *label, const char *text)
{
	struct palette_detail *to = &details->details[details->n];
	struct str shown = str_prefix(str_of(text), sizeof to->text - 1);

	if (shown.n == 0 || details->n == details->max)
		return;
	(void)snprintf(to->label, sizeof to->label, "%s", label);
	(void)snprintf(to->text, sizeof to->text, "%.*s", (int)shown.n, shown.p);
	details->n++;
}

static int on_version(void *data, const struct store_version *version)
{
	(void)version;
	++*(int64_t *)data;
	return 0;
}

/* "today", "yesterday", "12 days ago" */
static void ago(int64_t time_ms, char out[64])
{
	int64_t days = (clock_now_ms() - time_ms) / (24 * 3600 * INT64_C(1000));

	if (days <= 1)
		(void)snprintf(out, 64, "%s", days < 1 ? "today" : "yesterday");
	else
		(void)snprintf(out, 64, "%" PRId64 " days ago", days);
}

static void detail_version(
	struct details *details, struct store *store, const struct prompt *prompt)
{
	char text[96];
	int64_t n = 0;
	struct err ignored;

	(void)store_version_list(store, str_of(prompt->path), on_version, &n, &ignored);
	(void)snprintf(text, sizeof text, "%" PRId64 " of %" PRId64 ", %.40s", prompt->version, n,
		prompt->channel != NULL ? prompt->channel : "");
	detail(details, "version", text);
}

static void detail_uses(struct details *details, struct store *store, const struct prompt *prompt)
{
	char text[96], when[64];
	int64_t count, last_ms;
	struct err ignored;

	if (store_use_of(store, str_of(prompt->id), &count, &last_ms, &ignored) != 0)
		return;
	ago(last_ms, when);
	(void)snprintf(text, sizeof text, "%" PRId64 "%s%s", count, count > 0 ? ", last " : "",
		count > 0 ? when : "");
	detail(details, "uses", text);
}

static void detail_ratings(
	struct details *details, struct store *store, const struct prompt *prompt)
{
	int64_t sum = 0, n = 0, i;
	struct stats stats;
	struct err ignored;
	char text[96];

	if (store_stats(store, str_of(prompt->id), &stats, &ignored) != 0)
		return;
	for (i = 1; i <= 5; i++) {
		n += stats.ratings[i];
		sum += i * stats.ratings[i];
	}
	if (n > 0) {
		(void)snprintf(text, sizeof text, "%.1f of 5, %" PRId64 " time%s",
			(double)sum / (double)n, n, n == 1 ? "" : "s");
		detail(details, "ratings", text);
	}
}

static size_t on_details(
	void *data, const struct prompt *prompt, struct palette_detail *to, size_t max)
{
	struct details details = {.details = to, .max = max};
	struct palette_library *library = data;
	char digest[16];
	struct err ignored;

	if (enter(library, PALETTE_LIBRARY_WAIT_MS, &ignored) == NULL)
		return 0;
	detail(&details, "title", prompt->title);
	detail(&details, "about", prompt->description);
	detail(&details, "status", prompt->status);
	detail_version(&details, library->store, prompt);
	(void)snprintf(digest, sizeof digest, "%.12s", prompt->digest);
	detail(&details, "digest", digest);
	detail(&details, "source", prompt->source);
	detail(&details, "file", prompt->origin);
	detail(&details, "format", prompt->format);
	detail(&details, "collection", prompt->collection);
	detail_uses(&details, library->store, prompt);
	detail_ratings(&details, library->store, prompt);
	leave(library);
	return details.n;
}

void palette_library_calls(struct palette_calls *calls)
{
	calls->search = on_search;
	calls->get = on_get;
	calls->compose = on_compose;
	calls->favourite = on_favourite;
	calls->values = on_values;
	calls->remember = on_remember;
	calls->details = on_details;
}
