/* hub.json, and where its tokens are; see account_file.h. */
#include "agent/account_file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "agent/datafile.h"
#include "core/json.h"

#define KEPT "kept" /* the member that says where; its value: */
#define KEPT_SERVICE "secret-service"

static const char *const tokens[] = {"access_token", "refresh_token"};
#define TOKENS (sizeof tokens / sizeof *tokens)

json_t *account_file_read(struct call *call)
{
	json_t *list = datafile_read(call, ACCOUNT_FILE);
	json_t *file = json_incref(json_array_get(list, 0));

	json_decref(list);
	return file;
}

static bool is_elsewhere(const json_t *file)
{
	return str_is(json_str(file, KEPT), KEPT_SERVICE);
}

static enum secret_outcome ask_service(const char *url, json_t *whole)
{
	struct buf text = BUF_INIT(SECRET_MAX);
	enum secret_outcome outcome = secret_get(url, &text);
	json_t *secret = NULL;

	if (outcome == SECRET_DONE &&
		(json_door_parse((struct str){buf_text(&text), text.len}, &secret, NULL) != 0 ||
			!json_is_object(secret)))
		outcome = SECRET_NONE;
	if (outcome == SECRET_DONE)
		(void)json_object_update(whole, secret);
	json_decref(secret);
	buf_fini(&text);
	return outcome;
}

enum secret_outcome account_file_tokens(const json_t *file, json_t **whole)
{
	const char *url = json_text(file, "url");

	*whole = json_deep_copy(file);
	return url != NULL && is_elsewhere(file) ? ask_service(url, *whole) : SECRET_DONE;
}

/* ── writing ───────────────────────────────────────────────────────────── */

/* Not tried where a person would be asked who is not there, and not where nobody answers:
 * for that it is asked first, which takes 2 s at most. */
static bool may_keep(const char *url, const json_t *before, enum account_place place)
{
	struct buf ignored = BUF_INIT(SECRET_MAX);
	enum secret_outcome outcome;

	if (place == ACCOUNT_AS_IS && !is_elsewhere(before))
		return false;
	outcome = secret_get(url, &ignored);
	buf_fini(&ignored);
	return outcome == SECRET_DONE || outcome == SECRET_NONE ||
	       (outcome == SECRET_LOCKED && place == ACCOUNT_BEST);
}

static bool keep(const char *url, const json_t *whole)
{
	struct buf text = BUF_INIT(SECRET_MAX);
	json_t *secret = json_object();
	size_t i;
	bool kept;

	for (i = 0; i < TOKENS; i++)
		if (json_object_get(whole, tokens[i]) != NULL)
			(void)json_object_set(secret, tokens[i], json_object_get(whole, tokens[i]));
	kept = json_write(secret, &text) == 0 &&
	       secret_put(url, (struct str){buf_text(&text), text.len}) == SECRET_DONE;
	json_decref(secret);
	buf_fini(&text);
	return kept;
}

/* A number that is another one each time tells readers that the tokens are others. */
static json_t *file_of(const json_t *whole, const json_t *before, bool kept)
{
	json_t *file = json_deep_copy(whole);
	size_t i;

	(void)json_object_del(file, KEPT);
	(void)json_object_set_new(file, "serial",
		json_integer(json_integer_value(json_object_get(before, "serial")) + 1));
	if (kept) {
		(void)json_object_set_new(file, KEPT, json_string(KEPT_SERVICE));
		for (i = 0; i < TOKENS; i++)
			(void)json_object_del(file, tokens[i]);
	}
	return file;
}

static void warn(struct call *call, const json_t *before, enum account_place place)
{
	if (place == ACCOUNT_BEST || is_elsewhere(before))
		call_warn(call,
			"no Secret Service keeps the sign-in: it is in %s/" ACCOUNT_FILE
			", which only you can read",
			call->dirs->data);
}

int account_file_write(
	struct call *call, const json_t *whole, enum account_place place, json_t **file)
{
	json_t *before = account_file_read(call), *list;
	const char *url = json_text(whole, "url");
	bool kept = may_keep(url, before, place) && keep(url, whole);
	struct err err;
	int rc;

	*file = file_of(whole, before, kept);
	list = json_pack("[O]", *file);
	rc = datafile_write(call, ACCOUNT_FILE, list, &err);
	json_decref(list);
	if (rc == 0 && !kept)
		warn(call, before, place);
	json_decref(before);
	if (rc == 0)
		return COMMAND_DONE;
	json_decref(*file);
	*file = NULL;
	return call_fail_err(call, &err);
}

/* Removed and not emptied: that works on a full disk too. */
int account_file_remove(struct call *call)
{
	json_t *file = account_file_read(call);
	char path[PLATFORM_PATH_MAX + 16];
	struct err err;

	if (is_elsewhere(file) && json_text(file, "url") != NULL &&
		secret_clear(json_text(file, "url")) > SECRET_NONE)
		call_warn(call, "the Secret Service could not be told to forget the sign-in");
	json_decref(file);
	(void)snprintf(path, sizeof path, "%s/" ACCOUNT_FILE, call->dirs->data);
	if (unlink(path) == 0 || errno == ENOENT)
		return COMMAND_DONE;
	(void)err_errno(&err, errno, "%s", path);
	return call_fail_err(call, &err);
}
