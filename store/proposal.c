/* Drafts on their way to the hub; see proposal.h. */
#include "store/proposal.h"

#include <stdio.h>
#include <string.h>

#include "core/buf.h"
#include "core/clock.h"
#include "core/json.h"
#include "core/text_filter.h"
#include "store/handle.h"
#include "store/prompts.h"

#define PROPOSAL_COLUMNS "id, made_ms, state, path, of_id, body, hub_id, hub_version, told"

static const char proposal_failed[] = "cannot keep the proposal";
static const char *const states[] = {"waiting", "sent", "refused"};

const char *proposal_state_name(enum proposal_state state)
{
	return states[state];
}

/* ── what is kept of it ────────────────────────────────────────────────── */

/* As POST /api/v1/prompts and …/versions take it. */
static json_t *body_json(const struct prompt *prompt, struct str message)
{
	json_t *body = json_pack("{s:s, s:s, s:s?, s:o, s:o, s:s%}", "slug", prompt->path, "title",
		prompt->title, "description", prompt->description, "messages",
		prompt_messages_json(prompt), "inputs", prompt_inputs_json(prompt), "message",
		message.n > 0 ? message.p : "", message.n);
	json_t *tags = json_array();
	size_t i;

	for (i = 0; i < prompt->n_tags; i++)
		json_array_append_new(tags, json_string(prompt->tags[i]));
	if (prompt->description == NULL)
		json_object_del(body, "description");
	json_object_set_new(body, "tags", tags);
	return body;
}

static int body_write(
	const struct prompt *prompt, struct str message, struct buf *out, struct err *err)
{
	json_t *body;
	int rc;

	if (prompt_check(prompt, err) != 0)
		return -1;
	if (message.n > PROPOSAL_MESSAGE_MAX || !str_is_utf8(message) ||
		text_filter_find(message) < message.n)
		return err_set(err, ERR_INVALID, "the message is a text of at most %d bytes",
			PROPOSAL_MESSAGE_MAX);
	body = body_json(prompt, message);
	rc = json_write(body, out);
	json_decref(body);
	return rc == 0 ? 0 : err_set(err, ERR_LIMIT, "the proposal is too large");
}

/* ── in and out ────────────────────────────────────────────────────────── */

static int room_for_one(struct db *db, struct err *err)
{
	sqlite3_stmt *count;
	int result;

	if (db_statement(db, DB_PROPOSAL_COUNT,
		    "SELECT count(*) FROM proposal WHERE state = 'waiting'", &count, err) != 0)
		return -1;
	result = db_step(db, count, proposal_failed, err);
	if (result == 1 && sqlite3_column_int64(count, 0) >= PROPOSALS_WAITING_MAX)
		result = err_set(err, ERR_LIMIT, "%d proposals wait for the hub already",
			PROPOSALS_WAITING_MAX);
	db_done(count);
	return result < 0 ? -1 : 0;
}

static int insert(struct db *db, const struct proposal *proposal, struct err *err)
{
	sqlite3_stmt *put;

	if (room_for_one(db, err) != 0 ||
		db_statement(db, DB_PROPOSAL_PUT,
			"INSERT INTO proposal (id, made_ms, state, path, of_id, body) VALUES (?, "
			"?, 'waiting', ?, ?, ?)",
			&put, err) != 0)
		return -1;
	db_bind_text(put, 1, proposal->id);
	db_bind_int(put, 2, proposal->made_ms);
	db_bind_str(put, 3, proposal->path);
	db_bind_str(put, 4, proposal->of_id.n > 0 ? proposal->of_id : (struct str){NULL, 0});
	db_bind_str(put, 5, proposal->body);
	return db_run(db, put, proposal_failed, err);
}

int store_proposal_add(struct store *store, const struct prompt *prompt, struct str message,
	struct str of_id, char id[ID_BYTES], struct err *err)
{
	bool own = !store->ledger.writing;
	struct proposal proposal = {.made_ms = clock_now_ms(), .of_id = of_id};
	struct buf body = BUF_INIT(PROPOSAL_BODY_MAX);
	struct db *db;
	int rc = body_write(prompt, message, &body, err);

	id_new(proposal.id);
	if (rc == 0)
		rc = store_ledger_begin(store, &db, err);
	if (rc == 0) {
		proposal.path = str_of(prompt->path);
		proposal.body = (struct str){buf_text(&body), body.len};
		rc = store_ledger_end(store, own, insert(db, &proposal, err), err);
		memcpy(id, proposal.id, sizeof proposal.id);
	}
	buf_fini(&body);
	return rc;
}

int store_proposal_base(struct store *store, const char *path, char of_id[ID_BYTES],
	char digest[SHA256_HEX_BYTES], struct err *err)
{
	static const struct store_want any = {.experimental = true};
	struct buf name = BUF_INIT(PROMPT_PATH_MAX + 16);
	struct prompt *base = NULL;
	int rc;

	(void)buf_add_format(&name, STORE_HUB ":%s", path);
	rc = store_prompt_get(store, (struct str){buf_text(&name), name.len}, &any, &base, err);
	buf_fini(&name);
	if (rc < 0)
		return -1;
	of_id[0] = digest[0] = '\0';
	if (base != NULL && strlen(base->id) < ID_BYTES) {
		(void)snprintf(of_id, ID_BYTES, "%s", base->id);
		(void)snprintf(digest, SHA256_HEX_BYTES, "%s", base->digest);
	}
	prompt_free(base);
	return 0;
}

static enum proposal_state state_of(struct str name)
{
	return str_is(name, "sent")	 ? PROPOSAL_SENT
	       : str_is(name, "refused") ? PROPOSAL_REFUSED
					 : PROPOSAL_WAITING;
}

static void read_row(sqlite3_stmt *row, struct proposal *proposal)
{
	struct str id = str_prefix(db_column_str(row, 0), sizeof proposal->id - 1);

	*proposal = (struct proposal){
		.made_ms = sqlite3_column_int64(row, 1),
		.state = state_of(db_column_str(row, 2)),
		.path = db_column_str(row, 3),
		.of_id = db_column_str(row, 4),
		.body = db_column_str(row, 5),
		.hub_id = db_column_str(row, 6),
		.hub_version = sqlite3_column_int64(row, 7),
		.told = db_column_str(row, 8),
	};
	(void)snprintf(proposal->id, sizeof proposal->id, "%.*s", (int)id.n, id.p);
}

int store_proposal_list(struct store *store, store_proposal_fn *fn, void *data, struct err *err)
{
	struct proposal proposal;
	sqlite3_stmt *list;
	struct db *db;
	int result;

	if (store_ledger(store, &db, err) != 0 ||
		db_statement(db, DB_PROPOSAL_LIST,
			"SELECT " PROPOSAL_COLUMNS " FROM proposal ORDER BY id", &list, err) != 0)
		return -1;
	while ((result = db_step(db, list, "cannot read the proposals", err)) == 1) {
		read_row(list, &proposal);
		if (fn(data, &proposal) != 0)
			break;
	}
	db_done(list);
	return result < 0 ? -1 : 0;
}

/* ── what becomes of it ────────────────────────────────────────────────── */

/* Settled ones are looked at for a while; the oldest make room. */
static int trim(struct db *db, struct err *err)
{
	sqlite3_stmt *drop;

	if (db_statement(db, DB_PROPOSAL_TRIM,
		    "DELETE FROM proposal WHERE state != 'waiting' AND id NOT IN (SELECT id FROM "
		    "proposal WHERE state != 'waiting' ORDER BY id DESC LIMIT ?)",
		    &drop, err) != 0)
		return -1;
	db_bind_int(drop, 1, PROPOSALS_SETTLED_MAX);
	return db_run(db, drop, proposal_failed, err);
}

static int update(struct db *db, const struct proposal *proposal, struct err *err)
{
	sqlite3_stmt *set;

	if (db_statement(db, DB_PROPOSAL_SET,
		    "UPDATE proposal SET state = ?2, hub_id = ?3, hub_version = ?4, told = ?5, "
		    "body "
		    "= "
		    "CASE WHEN ?2 = 'sent' THEN '' ELSE body END WHERE id = ?1",
		    &set, err) != 0)
		return -1;
	db_bind_text(set, 1, proposal->id);
	db_bind_text(set, 2, states[proposal->state]);
	db_bind_str(set, 3, proposal->hub_id.n > 0 ? proposal->hub_id : (struct str){NULL, 0});
	db_bind_int(set, 4, proposal->hub_version);
	db_bind_str(set, 5, proposal->told.p != NULL ? proposal->told : STR(""));
	if (db_run(db, set, proposal_failed, err) != 0)
		return -1;
	return proposal->state == PROPOSAL_WAITING ? 0 : trim(db, err);
}

int store_proposal_settle(struct store *store, const char *id, enum proposal_state state,
	struct str hub_id, int64_t hub_version, struct str told, struct err *err)
{
	bool own = !store->ledger.writing;
	struct proposal proposal = {
		.state = state, .hub_id = hub_id, .hub_version = hub_version, .told = told};
	struct db *db;

	(void)snprintf(proposal.id, sizeof proposal.id, "%s", id);
	if (store_ledger_begin(store, &db, err) != 0)
		return -1;
	return store_ledger_end(store, own, update(db, &proposal, err), err);
}

static int drop_one(struct db *db, struct str id, int *dropped, struct err *err)
{
	sqlite3_stmt *drop;

	if (db_statement(db, DB_PROPOSAL_DELETE,
		    "DELETE FROM proposal WHERE id = ? AND state != 'sent'", &drop, err) != 0)
		return -1;
	db_bind_str(drop, 1, id);
	if (db_run(db, drop, proposal_failed, err) != 0)
		return -1;
	*dropped = sqlite3_changes(db->sqlite);
	return 0;
}

int store_proposal_remove(struct store *store, struct str id, struct err *err)
{
	bool own = !store->ledger.writing;
	int dropped = 0;
	struct db *db;

	if (store_ledger_begin(store, &db, err) != 0 ||
		store_ledger_end(store, own, drop_one(db, id, &dropped, err), err) != 0)
		return -1;
	return dropped;
}

/* ── the role ──────────────────────────────────────────────────────────── */

static int set_member(struct db *db, struct str source, struct str role, struct err *err)
{
	sqlite3_stmt *put;

	if (db_statement(db, role.n > 0 ? DB_MEMBER_PUT : DB_MEMBER_DELETE,
		    role.n > 0 ? "INSERT OR REPLACE INTO member (source, role) VALUES (?1, ?2)"
			       : "DELETE FROM member WHERE source = ?1",
		    &put, err) != 0)
		return -1;
	db_bind_str(put, 1, source);
	if (role.n > 0)
		db_bind_str(put, 2, role);
	return db_run(db, put, "cannot remember the role", err);
}

int store_member_set(struct store *store, struct str source, struct str role, struct err *err)
{
	if (store_begin(store, err) != 0)
		return -1;
	if (set_member(&store->prompts, source, role, err) == 0)
		return store_commit(store, err);
	store_rollback(store);
	return -1;
}

bool store_member_may_propose(struct store *store)
{
	struct db *db = &store->prompts;
	struct err ignored;
	sqlite3_stmt *get;
	bool may;

	/* One who only reads proposes nothing. */
	if (db_statement(db, DB_MEMBER_GET, "SELECT 1 FROM member WHERE role != 'consumer'", &get,
		    &ignored) != 0)
		return false;
	may = db_step(db, get, "", &ignored) == 1;
	db_done(get);
	return may;
}
