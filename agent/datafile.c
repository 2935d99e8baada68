/* See datafile.h. */
#include "agent/datafile.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

#include "core/json.h"
#include "library/files.h"

#define FILE_MAX (1024 * 1024)

json_t *datafile_read(struct call *call, const char *name)
{
	struct buf text = BUF_INIT(FILE_MAX);
	int folder = open(call->dirs->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	json_t *json = NULL;

	if (folder >= 0 && files_read(folder, name, &text, NULL) == 0)
		(void)json_door_parse((struct str){buf_text(&text), text.len}, &json, NULL);
	if (folder >= 0)
		(void)close(folder);
	buf_fini(&text);
	if (!json_is_array(json)) {
		json_decref(json);
		return json_array();
	}
	return json;
}

int datafile_write(struct call *call, const char *name, const json_t *list, struct err *err)
{
	struct buf text = BUF_INIT(FILE_MAX);
	int folder, result = -1;

	if (platform_make_dir(call->dirs->data, err) != 0)
		return -1;
	folder = open(call->dirs->data, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder < 0)
		return err_errno(err, errno, "%s", call->dirs->data);
	if (json_write(list, &text) != 0)
		(void)err_set(err, ERR_LIMIT, "%s would be too long", name);
	else
		result = files_replace(folder, name, (struct str){buf_text(&text), text.len}, err);
	(void)close(folder);
	buf_fini(&text);
	return result;
}
