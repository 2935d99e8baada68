/* Rows of prompts and versions; see row.h. */
#include "store/row.h"

#include <string.h>

#include "store/checksum.h"
#include "store/picks.h"
#include "store/project.h"
#include "store/usage.h"
#include "store/use.h"

static uint64_t row_sum_int(uint64_t sum, int64_t value)
{
	checksum_word(&sum, (uint64_t)value);
	return sum;
}

int64_t row_checksum(sqlite3_stmt *row)
{
	uint64_t sum = CHECKSUM_INIT;
	int i;

	for (i = ROW_ID; i < ROW_FLAGS; i++)
		checksum_str(&sum, db_column_str(row, i));
	for (i = ROW_FLAGS; i < ROW_END; i++)
		sum = row_sum_int(sum, sqlite3_column_int64(row, i));
	return checksum_end(sum);
}

int64_t row_checksum_of(const struct prompt *prompt, const char *tags, const char *aliases)
{
	const char *const texts[] = {prompt->id, prompt->path, prompt->source, prompt->title,
		prompt->description, tags, aliases, prompt->collection, prompt->model,
		prompt->extra, prompt->origin, prompt->format, prompt->status};
	uint64_t sum = CHECKSUM_INIT;
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		checksum_str(&sum, str_of(texts[i]));
	sum = row_sum_int(sum, prompt->flags);
	sum = row_sum_int(sum, prompt->created_ms);
	return checksum_end(row_sum_int(sum, prompt->updated_ms));
}

int64_t row_version_checksum(
	struct str digest, int64_t number, struct str inputs, struct str layout, struct str text)
{
	uint64_t sum = row_sum_int(CHECKSUM_INIT, number);

	checksum_str(&sum, digest);
	checksum_str(&sum, inputs);
	checksum_str(&sum, layout);
	checksum_str(&sum, text);
	return checksum_end(sum);
}

int row_check(struct store *store, sqlite3_stmt *row, struct err *err)
{
	if (sqlite3_column_int64(row, ROW_CHECKSUM) == row_checksum(row))
		return 0;
	store->prompts.damaged = true;
	return err_set(err, ERR_FAILED,
		"a prompt's row is damaged; the library is repaired at the next start");
}

void row_join(char **texts, size_t n, struct buf *out)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (i > 0)
			(void)buf_add_char(out, '\n');
		(void)buf_add_str(out, texts[i]);
	}
}

/* Tags as lists show them: a comma where the file has a newline. */
static struct str row_tags(struct str joined, struct buf *out)
{
	size_t i;

	buf_clear(out);
	(void)buf_add(out, joined.p, joined.n);
	for (i = 0; i < out->len; i++) {
		if (out->data[i] == '\n')
			out->data[i] = ',';
	}
	return (struct str){buf_text(out), out->len};
}

int row_show(struct store *store, sqlite3_stmt *row, bool experimental, struct buf *tags,
	struct store_row *out, struct err *err)
{
	bool edge = experimental || sqlite3_column_type(row, ROW_ACTIVE) == SQLITE_NULL;

	if (row_check(store, row, err) != 0)
		return -1;
	*out = (struct store_row){
		.key = sqlite3_column_int64(row, ROW_KEY),
		.id = db_column_str(row, ROW_ID),
		.path = db_column_str(row, ROW_PATH),
		.title = db_column_str(row, ROW_TITLE),
		.description = db_column_str(row, ROW_DESCRIPTION),
		.tags = row_tags(db_column_str(row, ROW_TAGS), tags),
		.collection = db_column_str(row, ROW_COLLECTION),
		.source = store_source_shown(db_column_str(row, ROW_SOURCE)),
		.status = db_column_str(row, ROW_STATUS),
		.channel = edge ? db_column_str(row, ROW_EDGE_CHANNEL) : STR("production"),
		.digest = db_column_str(row, ROW_V_DIGEST),
		.inputs = db_column_str(row, ROW_V_INPUTS),
		.version = sqlite3_column_int64(row, ROW_V_NUMBER),
		.updated_ms = sqlite3_column_int64(row, ROW_UPDATED),
		.flags = (unsigned)sqlite3_column_int64(row, ROW_FLAGS),
		.text_bytes = (unsigned)sqlite3_column_int64(row, ROW_V_BYTES),
	};
	return 0;
}

void row_tell(struct store *store, const struct store_filter *filter, struct store_row *row)
{
	if (filter->count_uses)
		row->uses = use_count(store, row->id);
	if (filter->favourites)
		row->favourite = store_favourite_is(store, row->id);
}

static void row_lines(
	struct prompt *prompt, struct str lines, void (*add)(struct prompt *, struct str))
{
	while (lines.n > 0)
		add(prompt, str_cut(lines, '\n', &lines));
}

void row_prompt(sqlite3_stmt *row, struct prompt *prompt)
{
	struct {
		char **field;
		int column;
	} const texts[] = {{&prompt->id, ROW_ID}, {&prompt->path, ROW_PATH},
		{&prompt->source, ROW_SOURCE}, {&prompt->title, ROW_TITLE},
		{&prompt->description, ROW_DESCRIPTION}, {&prompt->collection, ROW_COLLECTION},
		{&prompt->model, ROW_MODEL}, {&prompt->extra, ROW_EXTRA},
		{&prompt->origin, ROW_ORIGIN}, {&prompt->format, ROW_FORMAT},
		{&prompt->status, ROW_STATUS}};
	size_t i;

	for (i = 0; i < sizeof texts / sizeof *texts; i++)
		prompt_set(texts[i].field, db_column_str(row, texts[i].column));
	prompt_set(&prompt->source, store_source_shown(str_of(prompt->source)));
	row_lines(prompt, db_column_str(row, ROW_TAGS), prompt_add_tag);
	row_lines(prompt, db_column_str(row, ROW_ALIASES), prompt_add_alias);
	prompt->flags = (unsigned)sqlite3_column_int64(row, ROW_FLAGS);
	prompt->created_ms = sqlite3_column_int64(row, ROW_CREATED);
	prompt->updated_ms = sqlite3_column_int64(row, ROW_UPDATED);
}
