/* Where the entries of the table of commands are; one file cmd_NOUN.c each. */
#ifndef HUB_COMMANDS_H
#define HUB_COMMANDS_H

#include "hub/command.h"

extern const struct command command_init, command_config, command_serve, command_migrate,
	command_audit_verify, command_user_list, command_user_add, command_user_invite,
	command_user_role, command_user_deactivate, command_user_activate,
	command_user_set_password, command_key_create, command_key_list, command_key_revoke,
	command_backup, command_restore, command_import;

#endif
