/* Which prompt a name means; see find.h. */
#include "store/find.h"

#include <string.h>

#include "core/buf.h"
#include "store/project.h"
#include "store/row.h"
#include "store/words.h"

#define FIND_NAMED_MAX 5
#define FIND_NAMES_BYTES 400 /* of them; what does not fit is left out */

static const char find_failed[] = "cannot look the prompt up";

static int find_take(sqlite3_stmt *row, struct found *found)
{
	struct str path = db_column_str(row, 1);

	found->key = sqlite3_column_int64(row, 0);
	path = str_prefix(path, sizeof found->path - 1);
	if (path.n > 0)
		memcpy(found->path, path.p, path.n);
	found->path[path.n] = '\0';
	return 1;
}

static int find_one(struct store *store, enum db_slot slot, const char *sql, struct str name,
	bool experimental, struct found *found, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *find;
	int result;

	if (db_statement(db, slot, sql, &find, err) != 0)
		return -1;
	db_bind_str(find, 1, name);
	db_bind_int(find, 2, experimental);
	result = db_step(db, find, find_failed, err);
	if (result == 1)
		result = find_take(find, found);
	db_done(find);
	return result;
}

/* How well a name fits: the smaller the better. */
enum find_fit { FIND_BY_NAME, FIND_BY_ALIAS, FIND_BY_FOLD, FIND_FITS };
/* Whose it is: what the hub brings takes no name from one's own, unless it has locked it. */
enum find_whose { FIND_LOCKED, FIND_OWN, FIND_HUB, FIND_WHOSE };

/* Those between which neither decides. */
struct find_group {
	struct buf names;
	struct found first;
	unsigned n;
};
/* All of one fit, then all of the next; within it by whose they are. */
#define FIND_GROUPS (FIND_FITS * FIND_WHOSE)
struct find_candidates {
	struct find_group groups[FIND_GROUPS];
};

static bool find_has_line(struct str lines, struct str line)
{
	while (lines.n > 0) {
		if (str_equal(str_cut(lines, '\n', &lines), line))
			return true;
	}
	return false;
}

static void find_candidate(struct find_candidates *all, sqlite3_stmt *row, struct str name)
{
	struct str path = db_column_str(row, 1), aliases = db_column_str(row, 2);
	enum find_whose whose = FIND_OWN;
	enum find_fit fit = FIND_BY_FOLD;
	struct find_group *group;

	if (path.n >= name.n && str_equal((struct str){path.p + path.n - name.n, name.n}, name) &&
		(path.n == name.n || path.p[path.n - name.n - 1] == '/'))
		fit = FIND_BY_NAME;
	else if (find_has_line(aliases, name))
		fit = FIND_BY_ALIAS;
	if (str_is(db_column_str(row, 3), STORE_HUB))
		whose = sqlite3_column_int(row, 4) != 0 ? FIND_LOCKED : FIND_HUB;
	group = &all->groups[(int)fit * FIND_WHOSE + (int)whose];
	if (group->n++ == 0)
		(void)find_take(row, &group->first);
	if (group->n <= FIND_NAMED_MAX)
		(void)buf_add_format(
			&group->names, "%s%.*s", group->n > 1 ? ", " : "", (int)path.n, path.p);
}

static int find_decide(
	struct find_candidates *all, struct str name, struct found *found, struct err *err)
{
	const struct find_group *group = all->groups;

	while (group < all->groups + FIND_GROUPS && group->n == 0)
		group++;
	if (group == all->groups + FIND_GROUPS)
		return 0;
	*found = group->first;
	if (group->n == 1)
		return 1;
	(void)err_set(err, ERR_INVALID, "'%.*s' is the name of %u prompts: %s%s",
		(int)str_prefix(name, 64).n, name.p, group->n, buf_text(&group->names),
		group->n > FIND_NAMED_MAX ? ", …" : "");
	return STORE_AMBIGUOUS;
}

static bool find_is_any(const struct find_candidates *all)
{
	unsigned n = 0;
	int at;

	for (at = 0; at < FIND_GROUPS; at++)
		n += all->groups[at].n;
	return n > 0;
}

static bool find_is_project(sqlite3_stmt *row)
{
	struct str source = db_column_str(row, 3);

	return str_is(store_source_shown(source), STORE_PROJECT) && !str_is(source, STORE_PROJECT);
}

/* SOURCE:PATH: also one that another prompt of its path hides. */
static int find_qualified(struct store *store, struct str name, bool experimental,
	struct found *found, struct err *err)
{
	struct db *db = &store->prompts;
	struct str source, path;
	sqlite3_stmt *find;
	size_t n = name.n;
	int result;

	/* A path has no colon, a source may ("git:NAME"). */
	while (n > 0 && name.p[n - 1] != ':')
		n--;
	if (n == 0)
		return 0;
	source = (struct str){name.p, n - 1};
	path = (struct str){name.p + n, name.n - n};
	if (str_is(source, STORE_PROJECT))
		source = str_of(store->project);
	else if (str_is(store_source_shown(source), STORE_PROJECT))
		return 0; /* of another project: not ours to see */
	if (db_statement(db, DB_PROMPT_QUALIFIED,
		    "SELECT p.key, p.path FROM prompt p WHERE p.path = ?1 AND p.source = ?3 "
		    "AND (?2 OR " ROW_APPROVED ")",
		    &find, err) != 0)
		return -1;
	db_bind_str(find, 1, path);
	db_bind_int(find, 2, experimental);
	db_bind_str(find, 3, source);
	result = db_step(db, find, find_failed, err);
	if (result == 1)
		result = find_take(find, found);
	db_done(find);
	return result;
}

/* By any of its names. 0 none, 1 found, or STORE_AMBIGUOUS. */
static int find_named(struct store *store, struct str name, bool experimental,
	struct find_candidates *all, struct found *found, struct err *err)
{
	struct buf word = BUF_INIT(4096);
	struct db *db = &store->prompts;
	sqlite3_stmt *find;
	int result;

	/* A name of several parts cannot be the last part, but a title may hold
	 * a slash too. */
	if (words_fold(store, name, &word, err) != 0 ||
		db_statement(db, DB_PROMPT_BY_NAME,
			"SELECT p.key, p.path, p.aliases, p.source, " ROW_IS_LOCKED(
				"p") " FROM name n JOIN prompt p "
				     "ON p.key = n.prompt WHERE n.word = ?1 AND p.shadowed = 0 "
				     "AND (?2 OR " ROW_APPROVED
				     ") ORDER BY p.source GLOB 'project:*'",
			&find, err) != 0) {
		buf_fini(&word);
		return -1;
	}
	db_bind_str(find, 1, (struct str){buf_text(&word), word.len});
	db_bind_int(find, 2, experimental);
	while ((result = db_step(db, find, find_failed, err)) == 1) {
		/* What a project calls its prompts takes no name from the others'. */
		if (find_is_any(all) && find_is_project(find))
			break;
		find_candidate(all, find, name);
	}
	db_done(find);
	buf_fini(&word);
	return result < 0 ? -1 : find_decide(all, name, found, err);
}

int find_prompt(struct store *store, struct str name, bool experimental, struct found *found,
	struct err *err)
{
	struct find_candidates all = {.groups = {{.n = 0}}};
	int result, at;

	for (at = 0; at < FIND_GROUPS; at++)
		buf_init(&all.groups[at].names, FIND_NAMES_BYTES);
	result = find_one(store, DB_PROMPT_BY_PATH,
		"SELECT p.key, p.path FROM prompt p WHERE p.path = ?1 AND p.shadowed = 0 "
		"AND (?2 OR " ROW_APPROVED ")",
		name, experimental, found, err);
	if (result == 0 && name.n > 0 && name.n <= PROMPT_TITLE_MAX)
		result = find_named(store, name, experimental, &all, found, err);
	if (result == 0)
		result = find_qualified(store, name, experimental, found, err);
	if (result == 0)
		result = find_one(store, DB_PROMPT_BY_ID,
			"SELECT p.key, p.path FROM prompt p WHERE p.id = ?1 "
			"AND (?2 OR " ROW_APPROVED ")",
			name, experimental, found, err);
	for (at = 0; at < FIND_GROUPS; at++)
		buf_fini(&all.groups[at].names);
	if (result == 0) {
		struct str shown = str_prefix(name, 64);

		(void)err_set(err, ERR_NOT_FOUND, "no prompt is called '%.*s'", (int)shown.n,
			shown.p != NULL ? shown.p : "");
		return STORE_NOT_FOUND;
	}
	return result == 1 ? 0 : result;
}

/* 1 when several sources have a prompt there. */
static int find_shared(struct store *store, struct str path, struct err *err)
{
	struct db *db = &store->prompts;
	sqlite3_stmt *get;
	int result;

	if (db_statement(db, DB_PROMPT_SHADOWED,
		    "SELECT count(*) > 1 OR max(shadowed) OR max(source GLOB 'project:*') "
		    "FROM prompt WHERE path = ?",
		    &get, err) != 0)
		return -1;
	db_bind_str(get, 1, path);
	result = db_step(db, get, find_failed, err);
	if (result == 1)
		result = sqlite3_column_int(get, 0);
	db_done(get);
	return result;
}

int find_settle_path(struct store *store, struct str path, struct err *err)
{
	struct db *db = &store->prompts;
	int shared = find_shared(store, path, err);
	sqlite3_stmt *settle;

	if (shared <= 0)
		return shared;
	if (db_statement(db, DB_PROMPT_SHADOW,
		    "UPDATE prompt SET shadowed = " ROW_IS_SHADOWED("?1") " WHERE path = ?1",
		    &settle, err) != 0)
		return -1;
	db_bind_str(settle, 1, path);
	return db_run(db, settle, find_failed, err);
}
