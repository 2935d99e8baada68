/* promptd init: the repository of the personal library. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/personal_sync.h"
#include "library/files.h"

static const char readme[] =
	"# Prompts\n"
	"\n"
	"A library of prompts, one file each: `prompts/<category>/<name>.prompt.md`, Markdown\n"
	"with a few lines about it in front. `promptd` keeps them within reach and commits what\n"
	"it changes; any editor and git will do as well.\n";

static int remember(struct call *call, const char *dir, struct err *err)
{
	struct buf line = BUF_INIT(8192);
	int folder, result;

	if (platform_make_dir(call->dirs->data, err) != 0)
		return -1;
	folder = open(call->dirs->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_errno(err, errno, "%s", call->dirs->data);
	(void)buf_add_format(&line, "%s\n", dir);
	result = files_replace(
		folder, "personal-library", (struct str){buf_text(&line), line.len}, err);
	(void)close(folder);
	buf_fini(&line);
	return result;
}

/* Nothing in it but what begins with a dot? */
static bool is_empty(const char *dir)
{
	struct files_root root;
	struct files_list list;
	struct err ignored;
	bool empty = true;

	if (files_open(dir, &root, &ignored) != 0)
		return true;
	if (files_walk(&root, &list, &ignored) == 0) {
		empty = list.n == 0;
		files_list_fini(&list);
	}
	files_close(&root);
	return empty;
}

/* A new library begins with its README and the folder for prompts. */
static int furnish(struct personal *personal, struct err *err)
{
	static const char about[] = "README.md", keep[] = "prompts/.gitkeep";
	const struct repo_change changes[] = {
		{.path = about, .bytes = {readme, sizeof readme - 1}},
		{.path = keep, .bytes = STR("")},
	};

	if (files_make_folders(personal->folder, keep, err) != 0 ||
		files_replace(personal->folder, about, changes[0].bytes, err) != 0 ||
		files_replace(personal->folder, keep, changes[1].bytes, err) != 0)
		return -1;
	personal->base = "prompts/";
	return repo_commit(personal->repo, changes, 2, "init: a library of prompts\n", err);
}

struct adopted {
	json_t *files;
};

static void on_seen(void *data, const char *file)
{
	(void)json_object_set_new(((struct adopted *)data)->files, file, json_true());
}

/* The first commit of a folder that was no repository: the prompts in it, as they are. */
static int adopt(struct personal *personal, json_t *files, struct err *err)
{
	size_t i = 0, n = json_object_size(files);
	struct repo_change *changes = xcalloc(n + 1, sizeof(*changes));
	struct buf *texts = xcalloc(n + 1, sizeof(*texts));
	const char *file;
	json_t *ignored;
	int result = 0;

	json_object_foreach (files, file, ignored) {
		texts[i] = (struct buf)BUF_INIT(4 * 1024 * 1024);
		if (repo_check_path(file, NULL) != 0 ||
			files_read(personal->folder, file, &texts[i], NULL) != 0) {
			buf_fini(&texts[i]);
			continue;
		}
		changes[i] = (struct repo_change){
			.path = file, .bytes = {buf_text(&texts[i]), texts[i].len}};
		i++;
	}
	if (i > 0)
		result = repo_commit(
			personal->repo, changes, i, "init: the prompts of this folder\n", err);
	while (i-- > 0)
		buf_fini(&texts[i]);
	free(texts);
	free(changes);
	return result;
}

static int fill(struct personal *personal, bool fresh, bool empty, size_t *n, struct err *err)
{
	struct adopted adopted = {.files = json_object()};
	int result = 0;

	if (fresh && empty)
		result = furnish(personal, err);
	if (result == 0)
		result = personal_index(personal, on_seen, &adopted, n, err);
	if (result == 0 && fresh && !empty)
		result = adopt(personal, adopted.files, err);
	json_decref(adopted.files);
	return result;
}

static int begin(struct call *call, const char *dir, bool *fresh)
{
	struct repo *repo = NULL;
	struct err err;
	int result;

	if (mkdir(dir, 0777) != 0 && errno != EEXIST && platform_make_dir(dir, &err) != 0)
		return call_fail_err(call, &err);
	result = repo_open(&repo, dir, &err);
	*fresh = result == REPO_NONE;
	if (*fresh)
		result = repo_init(&repo, dir, &err);
	repo_close(repo);
	return result == 0 ? COMMAND_DONE : call_fail_err(call, &err);
}

/* What is there already is no place for a clone, but for one that was begun. */
static int check_place(struct call *call, const char *dir, bool empty)
{
	char head[REPO_ID_BYTES] = "";
	struct repo *repo = NULL;
	struct err err;
	int result = COMMAND_DONE;

	if (repo_open(&repo, dir, &err) != 0 || repo_head(repo, head, &err) != 0)
		result = call_fail_err(call, &err);
	else if (head[0] != '\0')
		result = call_fail(call, COMMAND_REFUSED,
			"%s is a repository with commits already: promptd sync-git URL", dir);
	else if (!empty)
		result = call_fail(call, COMMAND_REFUSED, "%s is not empty", dir);
	repo_close(repo);
	return result;
}

/* The commit to begin with; "" when the other place is empty. */
static int fetch_first(
	struct call *call, const char *dir, const char *url, char first[REPO_ID_BYTES])
{
	struct repo *repo = NULL;
	struct sync_link link;
	struct err err;
	int outcome;

	first[0] = '\0';
	if (repo_open(&repo, dir, &err) != 0)
		return call_fail_err(call, &err);
	sync_link_init(call, &link, dir);
	outcome = repo_set_remote(repo, url, &err);
	if (outcome == 0)
		outcome = repo_fetch(repo, &link.options, first, &err);
	sync_link_fini(&link);
	repo_close(repo);
	if (call_cancelled())
		return call_cancel(call);
	return outcome < 0 ? call_fail_err(call, &err) : COMMAND_DONE;
}

/* All files of that commit, and their index. */
static int fill_from(struct personal *personal, const char *first, size_t *n, struct err *err)
{
	if (personal_move_check(personal, "", first, err) != 0 ||
		personal_advance(personal, "", first, err) != 0)
		return -1;
	return personal_index(personal, NULL, NULL, n, err);
}

static void tell(struct call *call, const struct personal *personal, bool fresh, size_t n)
{
	if (call->json) {
		call_answer_text(call, "folder", str_of(personal->dir));
		call_answer(call, "created", json_boolean(fresh));
		call_answer_int(call, "prompts", (int64_t)n);
		return;
	}
	output_print(call->out, "%s ", fresh ? "made a git repository in" : "adopted");
	output_styled(call->out, OUTPUT_NAME, str_of(personal->dir));
	output_print(call->out, ": %zu prompt%s\n", n, n == 1 ? "" : "s");
}

static int init_in(struct call *call, const char *dir)
{
	struct personal personal = {.folder = -1, .lock = -1};
	const char *url = call_value(call, "clone");
	bool fresh = false, empty = is_empty(dir);
	char first[REPO_ID_BYTES] = "";
	struct err err = {0};
	size_t n = 0;
	int result = COMMAND_DONE;

	if (url != NULL && repo_check_url(url, &err) != 0)
		return call_fail_err(call, &err);
	result = begin(call, dir, &fresh);
	if (result == COMMAND_DONE && url != NULL)
		result = check_place(call, dir, empty);
	if (result == COMMAND_DONE && url != NULL)
		result = fetch_first(call, dir, url, first);
	if (result == COMMAND_DONE)
		result = personal_begin(call, &personal, dir);
	if (result == COMMAND_DONE &&
		((first[0] != '\0' ? fill_from(&personal, first, &n, &err)
				   : fill(&personal, fresh, empty, &n, &err)) != 0 ||
			remember(call, personal.dir, &err) != 0))
		result = call_fail_err(call, &err);
	if (result == COMMAND_DONE)
		tell(call, &personal, fresh, n);
	personal_close(&personal);
	return result;
}

static int init_run(struct call *call)
{
	char dir[PLATFORM_PATH_MAX];
	struct err err;
	int n;

	if (call->n_words == 0) {
		if (personal_place(call, dir, &err) != 0 ||
			platform_make_dir(call->dirs->data, &err) != 0)
			return call_fail_err(call, &err);
		return init_in(call, dir);
	}
	n = snprintf(dir, sizeof dir, "%s", call->words[0]);
	if (n <= 0 || (size_t)n >= sizeof dir)
		return call_fail(call, COMMAND_USAGE, "not a folder's name");
	return init_in(call, dir);
}

static const struct command_option options[] = {
	{"clone", 0, "URL", "begin with what is kept in this repository", COMMAND_TEXT, NULL,
		false},
	{0},
};

static const struct command_example examples[] = {
	{"promptd init --clone git@example.org:me/prompts.git", "from another machine"},
	{"promptd init", "a new library in the data directory"},
	{"promptd init ~/prompts", "a folder of prompts, or a clone, as it is"},
	{0},
};

const struct command command_init = {
	.name = "init",
	.summary = "keep your own prompts as files in a git repository",
	.words = "[DIR]",
	.description =
		"Makes the personal library: a git repository with a file for each prompt, "
		"prompts/<category>/<name>.prompt.md. Without DIR it is the folder `personal` in "
		"the data directory. A folder that is there is adopted as it is, in whatever "
		"formats its prompts are; one that is no repository yet becomes one, and its "
		"prompts are its first commit. With --clone it begins with what another "
		"repository holds, and `promptd sync-git` keeps the two in step; links and "
		"submodules in it are left alone.\n\n"
		"The files are what counts. Whatever git or an editor did to them is taken over "
		"by the next of these commands: init, add, edit, rename, tag, remove, history, "
		"diff, restore, pull, sync-git, resolve.",
	.words_max = 1,
	.kind = COMMAND_FOLDER,
	.options = options,
	.examples = examples,
	.answer = "folder, created, prompts",
	.run = init_run,
};
