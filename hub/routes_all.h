/* The functions of the routes, for their table (routes.c); one file a group. */
#ifndef HUB_ROUTES_ALL_H
#define HUB_ROUTES_ALL_H

#include "hub/routes.h"

/* routes_account.c */
route_fn route_me_patch;
route_fn route_me_password;
route_fn route_session_list;
route_fn route_session_delete;
route_fn route_session_delete_all;

/* routes_auth.c */
route_fn route_login;
route_fn route_logout;
route_fn route_me;
route_fn route_refresh;
route_fn route_key_list;
route_fn route_key_create;
route_fn route_key_delete;
route_fn route_device_code;
route_fn route_device_token;
route_fn route_device_approve;

/* routes_config.c */
route_fn route_config_get;
route_fn route_config_patch;

/* routes_executions.c */
route_fn route_execution_list;
route_fn route_execution_create;

/* routes_groups.c */
route_fn route_tag_list;
route_fn route_tag_create;
route_fn route_tag_get;
route_fn route_tag_patch;
route_fn route_tag_delete;
route_fn route_collection_list;
route_fn route_collection_create;
route_fn route_collection_get;
route_fn route_collection_patch;
route_fn route_collection_delete;
route_fn route_prompt_tag_put;
route_fn route_prompt_tag_delete;

/* routes_invites.c */
route_fn route_invite_create;
route_fn route_invite_list;
route_fn route_invite_delete;
route_fn route_register;

/* routes_list.c */
route_fn route_prompt_list;
route_fn route_template_list;

/* routes_metrics.c */
route_fn route_metrics;

/* routes_people.c */
route_fn route_user_list;
route_fn route_user_get;
route_fn route_user_patch;
route_fn route_user_delete;
route_fn route_user_sessions_delete;

/* routes_prompts.c */
route_fn route_prompt_create;
route_fn route_prompt_get;
route_fn route_prompt_put;
route_fn route_prompt_patch;
route_fn route_prompt_delete;
route_fn route_prompt_purge;

/* routes_sync.c */
route_fn route_sync;
route_fn route_blob;

/* routes_stats.c */
route_fn route_stats;

/* routes_stream.c */
route_fn route_sync_stream;

/* routes_teams.c */
route_fn route_team_list;
route_fn route_team_create;
route_fn route_team_get;
route_fn route_team_patch;
route_fn route_team_delete;
route_fn route_member_list;
route_fn route_member_put;
route_fn route_member_delete;

/* routes_templates.c */
route_fn route_template_instantiate;

/* routes_usage.c */
route_fn route_usage;

/* routes_versions.c */
route_fn route_version_list;
route_fn route_version_get;
route_fn route_version_create;
route_fn route_version_submit;
route_fn route_version_approve;
route_fn route_version_reject;
route_fn route_prompt_activate;
route_fn route_prompt_deprecate;
route_fn route_transition_list;

/* routes_openapi.c */
route_fn route_openapi;

/* routes_watch.c */
route_fn route_livez;
route_fn route_readyz;
route_fn route_audit_list;

#endif
