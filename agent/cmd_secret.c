/*
 * promptd secret: the side of secret.h that speaks with the Secret Service. It is no
 * command for people: its answer is its exit status, and a secret comes and goes by
 * standard input and output alone. libsecret is loaded here, so that nobody else needs
 * it, and a machine without it is one without a service.
 */
#include <dlfcn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/command.h"
#include "agent/secret.h"

/* As libsecret 0.18 and later have them (libsecret-1, ABI 0). */
#define SCHEMA_ATTRIBUTES 32
#define SEARCH_LOAD_SECRETS 8 /* and not SECRET_SEARCH_UNLOCK: nobody is asked */
struct secret_schema {
	const char *name;
	int flags;
	struct {
		const char *name;
		int type; /* 0: a string */
	} attributes[SCHEMA_ATTRIBUTES];
	int reserved;
	void *reserved_more[7];
};
struct g_list {
	void *data;
	struct g_list *next, *previous;
};

struct library {
	void *(*table_new)(void *hash, void *equal);
	int (*table_insert)(void *table, void *key, void *value);
	void *hash, *equal;
	struct g_list *(*search)(void *service, const struct secret_schema *schema, void *table,
		int flags, void *cancellable, void **error);
	int (*is_locked)(void *item);
	void *(*secret_of)(void *item);
	const char *(*text_of)(void *value);
	int (*store)(const struct secret_schema *schema, void *table, const char *collection,
		const char *label, const char *password, void *cancellable, void **error);
	int (*clear)(
		const struct secret_schema *schema, void *table, void *cancellable, void **error);
};

static const struct secret_schema schema = {
	.name = "org.promptd.Hub", .attributes = {{"hub", 0}, {NULL, 0}}};

/* A pointer to a function out of one to data: POSIX says that dlsym() may. */
static bool find(void *handle, const char *name, void *place, size_t size)
{
	void *symbol = dlsym(handle, name);

	memcpy(place, &symbol, size);
	return symbol != NULL;
}
#define FIND(handle, name, member) find(handle, name, &(member), sizeof(member))

static bool load(struct library *library)
{
	void *handle = dlopen("libsecret-1.so.0", RTLD_NOW | RTLD_LOCAL);

	/* What libsecret is linked with is found through it. */
	return handle != NULL && FIND(handle, "g_hash_table_new", library->table_new) &&
	       FIND(handle, "g_hash_table_insert", library->table_insert) &&
	       FIND(handle, "g_str_hash", library->hash) &&
	       FIND(handle, "g_str_equal", library->equal) &&
	       FIND(handle, "secret_service_search_sync", library->search) &&
	       FIND(handle, "secret_item_get_locked", library->is_locked) &&
	       FIND(handle, "secret_item_get_secret", library->secret_of) &&
	       FIND(handle, "secret_value_get_text", library->text_of) &&
	       FIND(handle, "secret_password_storev_sync", library->store) &&
	       FIND(handle, "secret_password_clearv_sync", library->clear);
}

/* GLib would start a bus of its own for want of one. */
static bool has_bus(void)
{
	const char *address = getenv("DBUS_SESSION_BUS_ADDRESS"), *run = getenv("XDG_RUNTIME_DIR");
	char path[PLATFORM_PATH_MAX];
	struct stat st;

	if (address != NULL && *address != '\0')
		return true;
	if (run == NULL)
		return false;
	(void)snprintf(path, sizeof path, "%.480s/bus", run);
	return stat(path, &st) == 0 && S_ISSOCK(st.st_mode);
}

static void *attributes(const struct library *library, const char *url)
{
	char key[] = "hub";
	void *table = library->table_new(library->hash, library->equal);

	(void)library->table_insert(table, strdup(key), strdup(url));
	return table;
}

static int get(const struct library *library, const char *url)
{
	void *error = NULL, *value;
	struct g_list *items = library->search(
		NULL, &schema, attributes(library, url), SEARCH_LOAD_SECRETS, NULL, &error);
	const char *text;

	if (error != NULL)
		return SECRET_AWAY;
	if (items == NULL)
		return SECRET_NONE;
	if (library->is_locked(items->data))
		return SECRET_LOCKED;
	value = library->secret_of(items->data);
	text = value != NULL ? library->text_of(value) : NULL;
	if (text == NULL)
		return SECRET_NONE;
	return fputs(text, stdout) >= 0 && fflush(stdout) == 0 ? SECRET_DONE : SECRET_AWAY;
}

static int put(const struct library *library, const char *url)
{
	char text[SECRET_MAX + 1], label[300];
	size_t n = fread(text, 1, sizeof text - 1, stdin);
	void *error = NULL;
	int stored;

	text[n] = '\0';
	if (n == 0 || strlen(text) != n)
		return SECRET_AWAY;
	(void)snprintf(label, sizeof label, "promptd: sign-in at %.255s", url);
	stored = library->store(
		&schema, attributes(library, url), "default", label, text, NULL, &error);
	return stored && error == NULL ? SECRET_DONE : SECRET_AWAY;
}

static int clear(const struct library *library, const char *url)
{
	void *error = NULL;
	int cleared = library->clear(&schema, attributes(library, url), NULL, &error);

	if (error != NULL)
		return SECRET_AWAY;
	return cleared ? SECRET_DONE : SECRET_NONE;
}

static int secret_run(struct call *call)
{
	const char *what = call->words[0], *url = call->words[1];
	struct library library;

	if (isatty(STDIN_FILENO) || isatty(STDOUT_FILENO))
		return call_fail(call, COMMAND_USAGE, "this is asked by promptd itself");
	/* What ends it is a signal; and the exit status is the answer. */
	if (!has_bus() || !load(&library))
		_exit(SECRET_AWAY);
	if (strcmp(what, "get") == 0)
		_exit(get(&library, url));
	if (strcmp(what, "put") == 0)
		_exit(put(&library, url));
	_exit(strcmp(what, "clear") == 0 ? clear(&library, url) : SECRET_AWAY);
}

const struct command command_secret = {
	.name = "secret",
	.summary = "speak with the desktop's Secret Service",
	.words = "get|put|clear URL",
	.description = "Asked by promptd itself.",
	.words_min = 2,
	.words_max = 2,
	.hidden = true,
	.looks = true,
	.always = true,
	.run = secret_run,
};
