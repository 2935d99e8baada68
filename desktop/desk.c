/* From the hotkey to the paste; see desk.h. */
#include "desktop/desk.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "core/clock.h"
#include "core/json.h"
#include "desktop/desk_picker.h"
#include "desktop/menu.h"
#include "store/prompts.h"
#include "store/search.h"
#include "store/usage.h"

#define ROWS_MAX ((size_t)64 * 1024 * 1024)
#define VALUES_MAX 20

static void notify(struct desk *desk, const char *text)
{
	desk->options.desktop->backend->notify(desk->options.desktop, text);
}

/* --- the way ends ----------------------------------------------------------------- */

static void forget_choice(struct desk *desk)
{
	prompt_free(desk->prompt);
	desk->prompt = NULL;
	json_decref(desk->args);
	desk->args = NULL;
	free(desk->input);
	desk->input = NULL;
	compose_fini(&desk->compose);
	desk->stage = DESK_IDLE;
}

static void quit_when_done(struct desk *desk)
{
	struct platform_desktop *desktop = desk->options.desktop;

	if (desk->quitting && courier_idle(&desk->courier) && !desktop->backend->holds(desktop))
		desktop->backend->quit(desktop);
}

void desk_give_up(struct desk *desk, const char *why)
{
	forget_choice(desk);
	if (why != NULL)
		notify(desk, why);
	courier_cancel(&desk->courier);
	desk->quitting = desk->quitting || desk->options.once;
	quit_when_done(desk);
}

static void on_done(void *data, const struct paste_done *done)
{
	struct desk *desk = data;
	struct desk_sent *sent = &desk->sent[desk->sent[0].tag == done->tag ? 0 : 1];
	struct usage_event event = {.client_type = STR("hotkey"),
		.client_name = STR("promptd-desktop"),
		.client_version = STR(PROMPTD_VERSION),
		.surface = STR("hotkey"),
		.outcome = STR("ok"),
		.success = -1};
	struct err err;

	if (done->tag == 0 || sent->tag != done->tag)
		return;
	event.prompt_id = str_of(sent->prompt->id);
	event.digest = str_of(sent->prompt->digest);
	event.source = str_of(sent->prompt->source);
	event.version = sent->prompt->version;
	event.action = sent->copy_only ? STR("copy") : STR("paste");
	event.latency_us = clock_monotonic_us() - sent->started_us;
	if (done->result != PASTE_PASTED && done->result != PASTE_COPIED) {
		event.outcome = STR("error");
		event.error_code = str_of(paste_result_name(done->result));
	}
	event.occurred_ms = clock_now_ms();
	/* The text is there; a row that cannot be written takes nothing from that. */
	if (desk->picker != NULL) {
		desk_picker_record(desk->picker, sent->prompt, &event);
	} else {
		if (store_usage_add(desk->options.store, &event, &err) == 0)
			(void)store_usage_commit(desk->options.store, &err);
		prompt_free(sent->prompt);
	}
	*sent = (struct desk_sent){0};
	desk->quitting = desk->quitting || desk->options.once;
}

/* --- asking ------------------------------------------------------------------------ */

static void ask(struct desk *desk, enum desk_stage stage, const char *label, struct str rows)
{
	struct platform_desktop *desktop = desk->options.desktop;
	struct menu_command command;
	struct err err;

	menu_command(&command, desk->options.menu, label);
	if (desktop->backend->menu(desktop, command.argv, rows, &err) != 0)
		desk_give_up(desk, err.text);
	else
		desk->stage = stage;
}

static void ask_which(struct desk *desk)
{
	struct buf rows = BUF_INIT(ROWS_MAX);
	struct err err;

	if (menu_rows(desk->options.store, &rows, &err) != 0)
		desk_give_up(desk, err.text);
	else if (rows.len == 0)
		desk_give_up(desk, "There are no prompts yet: promptd import --starter.");
	else
		ask(desk, DESK_LIST, "Prompt", (struct str){rows.data, rows.len});
	buf_fini(&rows);
}

static int add_value(void *data, struct str value)
{
	struct buf *rows = data;

	if (memchr(value.p, '\n', value.n) == NULL) {
		(void)buf_add(rows, value.p, value.n);
		(void)buf_add_char(rows, '\n');
	}
	return 0;
}

/* Choices of an enum, yes or no, or else what was given before. */
static void ask_value(struct desk *desk, const char *name)
{
	const struct prompt_input *input = prompt_input_find(desk->prompt, str_of(name));
	struct buf rows = BUF_INIT(ROWS_MAX);
	struct err err;
	size_t i;

	free(desk->input);
	desk->input = xstrdup(name);
	for (i = 0; input != NULL && i < input->n_choices; i++)
		(void)buf_add_format(&rows, "%s\n", input->choices[i]);
	if (input != NULL && input->type == PROMPT_BOOLEAN)
		(void)buf_add_str(&rows, "true\nfalse\n");
	if (rows.len == 0 && !desk->options.settings->forgetful)
		(void)store_value_list(desk->options.store, str_of(desk->prompt->id), str_of(name),
			STR(""), VALUES_MAX, add_value, &rows, &err);
	ask(desk, DESK_INPUT, name, (struct str){rows.data, rows.len});
	buf_fini(&rows);
}

/* --- sending ----------------------------------------------------------------------- */

/* Told at the hotkey, or a little later: programs say it when they get to it. */
static bool is_password(struct desk *desk, const struct platform_window *target)
{
	struct platform_window now;

	if (target->password)
		return true;
	desk->options.desktop->backend->window(desk->options.desktop, &now);
	return now.password && now.id == target->id;
}

void desk_send(struct desk *desk, const struct prompt *prompt, const struct compose *compose,
	enum palette_send how)
{
	const struct platform_window *target = courier_target(&desk->courier);
	const struct settings_rule *rule = settings_rule(desk->options.settings, target);
	struct paste_job job = {.key = rule->key,
		.caret = compose->caret,
		.quiet_ms = rule->quiet_ms,
		.any_reader = rule->any_reader,
		.typed = rule->typing,
		.copy_only = how == PALETTE_COPY,
		.keep = how == PALETTE_KEEP};
	struct desk_sent *sent = &desk->sent[desk->sent[0].tag == 0 ? 0 : 1];
	struct desk_sent now = {.tag = desk->courier.last_tag + 1,
		.prompt = prompt_copy(prompt),
		.started_us = clock_monotonic_us(),
		.copy_only = how == PALETTE_COPY};
	struct err err;

	if (is_password(desk, target))
		job.refuse =
			"Not pasted into a field for a password. The text is on the clipboard.";
	else if (rule->refuse)
		job.refuse = "Not pasted into this kind of window. The text is on the clipboard.";
	/* Known before: a copy is done within the call. */
	if (sent->tag == 0)
		*sent = now;
	if (courier_choose(&desk->courier, &job,
		    (struct str){buf_text(&compose->text), compose->text.len}, &err) == 0) {
		if (sent->tag == now.tag)
			*sent = (struct desk_sent){0};
		prompt_free(now.prompt);
		desk_give_up(desk, err.text);
		return;
	}
	forget_choice(desk);
	quit_when_done(desk);
}

static void send(struct desk *desk, bool copy_only)
{
	desk_send(desk, desk->prompt, &desk->compose, copy_only ? PALETTE_COPY : PALETTE_PASTE);
}

static const char paste_lines[] = "paste all lines", copy_lines[] = "copy only",
		  no_lines[] = "cancel";

static void confirm(struct desk *desk)
{
	char label[96], rows[64];

	(void)snprintf(
		label, sizeof label, "%zu lines, each may run as a command", desk->compose.lines);
	(void)snprintf(rows, sizeof rows, "%s\n%s\n%s\n", paste_lines, copy_lines, no_lines);
	ask(desk, DESK_CONFIRM, label, str_of(rows));
}

/* All that is known is filled in; what is missing is asked for. */
static void go_on(struct desk *desk)
{
	const struct settings_rule *rule =
		settings_rule(desk->options.settings, courier_target(&desk->courier));
	struct err err;
	int outcome;

	compose_fini(&desk->compose);
	outcome = compose_text(desk->options.store, desk->prompt, desk->args,
		rule->terminal ? COMPOSE_TERMINAL : 0, &desk->compose, &err);
	if (outcome < 0)
		desk_give_up(desk, err.text);
	else if (outcome == COMPOSE_MISSING)
		ask_value(desk, desk->compose.missing);
	else if (rule->terminal && desk->compose.lines > 1)
		confirm(desk);
	else
		send(desk, false);
}

/* --- answers ----------------------------------------------------------------------- */

static void take_prompt(struct desk *desk, struct str name)
{
	struct store_want want = {0};
	struct err err;
	int outcome = store_prompt_get(desk->options.store, name, &want, &desk->prompt, &err);

	if (outcome == STORE_NOT_FOUND)
		(void)err_set(&err, ERR_NOT_FOUND, "There is no prompt \"%.*s\".",
			(int)(name.n < 80 ? name.n : 80), name.p);
	if (outcome != STORE_OK) {
		desk_give_up(desk, err.text);
		return;
	}
	desk->args = json_object();
	go_on(desk);
}

/* To be offered again; losing one is no harm. */
static void remember(struct desk *desk, struct str value)
{
	const struct prompt_input *input = prompt_input_find(desk->prompt, str_of(desk->input));
	struct err err;

	if (!desk->options.settings->forgetful && (input == NULL || !input->secret))
		(void)store_value_add(desk->options.store, str_of(desk->prompt->id),
			str_of(desk->input), value, &err);
}

static void take_value(struct desk *desk, struct str value)
{
	if (json_object_set_new(desk->args, desk->input, json_from_str(value)) != 0) {
		desk_give_up(desk, "The value is not UTF-8 text.");
		return;
	}
	remember(desk, value);
	go_on(desk);
}

static void take_confirmation(struct desk *desk, struct str answer)
{
	if (str_is(answer, paste_lines))
		send(desk, false);
	else if (str_is(answer, copy_lines))
		send(desk, true);
	else
		desk_give_up(desk, NULL);
}

static void on_menu(struct desk *desk, const struct platform_event *event)
{
	struct str rest, line = str_cut(event->text, '\n', &rest);

	if (event->number == 127 && desk->stage != DESK_IDLE) {
		desk_give_up(desk, "The menu cannot be started: see menu in desktop.conf.");
		return;
	}
	/* Nothing chosen; an empty value is one, where a value was asked for. */
	if (event->number != 0 || (line.n == 0 && desk->stage != DESK_INPUT)) {
		if (desk->stage != DESK_IDLE)
			desk_give_up(desk, NULL);
		return;
	}
	if (desk->stage == DESK_LIST)
		take_prompt(desk, menu_path(line));
	else if (desk->stage == DESK_INPUT)
		take_value(desk, line);
	else if (desk->stage == DESK_CONFIRM)
		take_confirmation(desk, line);
}

/* --- from outside ------------------------------------------------------------------ */

void desk_init(struct desk *desk, const struct desk_options *options)
{
	struct courier_options courier = {.desktop = options->desktop,
		.done = on_done,
		.now_ms = options->now_ms,
		.data = desk};

	memset(desk, 0, sizeof *desk);
	desk->options = *options;
	courier_init(&desk->courier, &courier);
	if (options->menu == NULL)
		desk->picker = desk_picker_new(desk);
}

void desk_fini(struct desk *desk)
{
	size_t i;

	forget_choice(desk);
	for (i = 0; i < 2; i++)
		prompt_free(desk->sent[i].prompt);
	courier_fini(&desk->courier);
	desk_picker_free(desk->picker);
}

static void pick(struct desk *desk)
{
	desk->stage = DESK_PICKER;
	desk_picker_call(desk->picker, desk->wanted);
	if (!desk_picker_is_open(desk->picker) && desk->stage == DESK_PICKER)
		desk->stage = DESK_IDLE;
}

/* With `held` the keyboard is held for a picker from the key's press on; a menu, and a
 * picker that another program's key calls, wait until the keys are let go. */
static void call(struct desk *desk, const char *name, bool held)
{
	struct platform_desktop *desktop = desk->options.desktop;

	if (desk->stage == DESK_PICKER)
		desk_picker_close(desk->picker);
	else if (desk->stage == DESK_IDLE && !desktop->backend->locked(desktop)) {
		courier_begin(&desk->courier);
		desk->wanted = name;
		if (desk->options.store == NULL && desk->picker == NULL &&
			desk->options.find_store != NULL)
			desk->options.store = desk->options.find_store(desk->options.data);
		if (desk->options.store == NULL && desk->picker == NULL) {
			desk_give_up(desk, "There is no library yet: promptd import --starter.");
		} else if (desk->picker != NULL && held) {
			pick(desk);
		} else {
			desk->stage = DESK_KEYS;
			desktop->backend->release(desktop);
		}
	}
}

void desk_call(struct desk *desk, const char *name)
{
	call(desk, name, false);
}

static void on_released(struct desk *desk)
{
	if (desk->stage != DESK_KEYS)
		return;
	if (desk->picker != NULL)
		pick(desk);
	else if (desk->wanted != NULL)
		take_prompt(desk, str_of(desk->wanted));
	else
		ask_which(desk);
}

void desk_event(void *data, const struct platform_event *event)
{
	const struct settings_hotkey *hotkeys;
	struct desk *desk = data;

	hotkeys = desk->options.settings->hotkeys;
	courier_event(&desk->courier, event);
	switch (event->type) {
	case PLATFORM_EVENT_HOTKEY:
		call(desk,
			hotkeys[event->number].prompt[0] != '\0' ? hotkeys[event->number].prompt
								 : NULL,
			true);
		break;
	case PLATFORM_EVENT_POKE:
		call(desk, NULL, false);
		break;
	case PLATFORM_EVENT_RELEASED:
		on_released(desk);
		break;
	case PLATFORM_EVENT_MENU:
		on_menu(desk, event);
		break;
	case PLATFORM_EVENT_LOCKED:
		if (event->number != 0 && desk->stage == DESK_PICKER)
			desk_picker_close(desk->picker);
		else if (event->number != 0 && desk->stage != DESK_IDLE)
			desk_give_up(desk, NULL);
		break;
	case PLATFORM_EVENT_QUIT:
		desk->options.desktop->backend->quit(desk->options.desktop);
		break;
	default:
		if (desk->picker != NULL)
			desk_picker_event(desk->picker, event);
		break;
	}
	quit_when_done(desk);
}
