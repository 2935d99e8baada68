/*
 * Where the entries of the table of commands are; one file cmd_NAME.c each.
 */
#ifndef AGENT_COMMANDS_H
#define AGENT_COMMANDS_H

#include "agent/command.h"

extern const struct command command_import, command_export, command_search, command_list,
	command_show, command_render, command_tags, command_collections, command_remove,
	command_status, command_doctor, command_help, command_connect, command_disconnect,
	command_agent, command_setup, command_log, command_config, command_rate, command_stats,
	command_init, command_add, command_edit, command_rename, command_history, command_restore,
	command_tag, command_diff, command_pick, command_pull, command_push, command_sync_git,
	command_resolve, command_copy, command_new, command_blame, command_follow, command_source,
	command_publish, command_project, command_desktop, command_favourite, command_login,
	command_logout, command_whoami, command_sync, command_propose, command_usage,
	command_secret;

#endif
