/* promptd init: the repository of the personal library. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/personal.h"
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

static int init_in(struct call *call, const char *dir)
{
	struct personal personal = {.folder = -1, .lock = -1};
	bool fresh = false, empty = is_empty(dir);
	struct err err;
	size_t n = 0;
	int result = begin(call, dir, &fresh);

	if (result == COMMAND_DONE)
		result = personal_begin(call, &personal, dir);
	if (result == COMMAND_DONE && (fill(&personal, fresh, empty, &n, &err) != 0 ||
					      remember(call, personal.dir, &err) != 0))
		result = call_fail_err(call, &err);
	if (result == COMMAND_DONE && call->json) {
		call_answer_text(call, "folder", str_of(personal.dir));
		call_answer(call, "created", json_boolean(fresh));
		call_answer_int(call, "prompts", (int64_t)n);
	} else if (result == COMMAND_DONE) {
		output_print(call->out, "%s ", fresh ? "made a git repository in" : "adopted");
		output_styled(call->out, OUTPUT_NAME, str_of(personal.dir));
		output_print(call->out, ": %zu prompt%s\n", n, n == 1 ? "" : "s");
	}
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

static const struct command_example examples[] = {
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
		"prompts are its first commit.\n\n"
		"The files are what counts. Whatever git or an editor did to them is taken over "
		"by the next of these commands: init, add, edit, rename, tag, remove, history, "
		"diff, restore.",
	.words_max = 1,
	.kind = COMMAND_FOLDER,
	.examples = examples,
	.answer = "folder, created, prompts",
	.run = init_run,
};
