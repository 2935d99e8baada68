/* The table of commands; see command.h. */
#include "agent/commands.h"

#include <string.h>

const struct command *const command_table[] = {
	&command_import,
	&command_export,
	&command_search,
	&command_list,
	&command_show,
	&command_render,
	&command_copy,
	&command_tags,
	&command_collections,
	&command_remove,
	&command_init,
	&command_add,
	&command_new,
	&command_edit,
	&command_rename,
	&command_tag,
	&command_history,
	&command_diff,
	&command_blame,
	&command_restore,
	&command_pull,
	&command_push,
	&command_sync_git,
	&command_resolve,
	&command_follow,
	&command_source,
	&command_publish,
	&command_project,
	&command_favourite,
	&command_login,
	&command_logout,
	&command_whoami,
	&command_sync,
	&command_propose,
	&command_secret,
	&command_rate,
	&command_stats,
	&command_usage,
	&command_connect,
	&command_disconnect,
	&command_pick,
	&command_desktop,
	&command_agent,
	&command_setup,
	&command_log,
	&command_config,
	&command_status,
	&command_doctor,
	&command_help,
	NULL,
};

const struct command *command_find(struct str name)
{
	size_t i;

	for (i = 0; command_table[i] != NULL; i++)
		if (str_is(name, command_table[i]->name))
			return command_table[i];
	return NULL;
}
