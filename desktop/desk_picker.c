/* The palette on a platform's window; see desk_picker.h. */
#include "desktop/desk_picker.h"

#include <stdlib.h>

#include "desktop/desk.h"
#include "store/search.h"

/* --- what the palette asks for ------------------------------------------------------ */

struct rows {
	palette_row_fn *fn;
	void *rows;
};

static int on_row(void *data, const struct store_row *row)
{
	const struct palette_found found = {.age_s = -1};
	struct rows *rows = data;

	return rows->fn(rows->rows, row, &found);
}

static int on_search(void *data, struct str text, unsigned limit, palette_row_fn *fn, void *rows,
	struct err *err)
{
	struct store_search search = {.text = text, .limit = limit};
	struct desk_picker *picker = data;
	struct rows to = {fn, rows};
	bool more;

	return store_search(picker->desk->options.store, &search, on_row, &to, &more, err);
}

static int on_get(void *data, struct str path, struct prompt **out, struct err *err)
{
	struct desk_picker *picker = data;
	struct store_want want = {0};
	int outcome = store_prompt_get(picker->desk->options.store, path, &want, out, err);

	return outcome == STORE_NOT_FOUND
		       ? err_set(err, ERR_NOT_FOUND, "This prompt is not there any more.")
		       : outcome;
}

static int on_compose(void *data, const struct prompt *prompt, const json_t *args, unsigned flags,
	struct compose *out, struct err *err)
{
	struct desk_picker *picker = data;

	return compose_text(picker->desk->options.store, prompt, args, flags, out, err);
}

static void on_send(void *data, const struct prompt *prompt, const json_t *args,
	const struct compose *compose, enum palette_send how)
{
	struct desk_picker *picker = data;

	(void)args;
	picker->chosen = true;
	desk_send(picker->desk, prompt, compose, how);
}

/* With what the person opens such files with. */
static void on_open_file(void *data, struct str path)
{
	static const char script[] = "exec xdg-open \"$1\"";
	struct desk_picker *picker = data;
	struct prompt *prompt = NULL;
	const char *argv[] = {"sh", "-c", script, "promptd", NULL, NULL};
	struct err err;

	if (on_get(data, path, &prompt, &err) != STORE_OK)
		return;
	argv[4] = prompt->origin;
	if (prompt->origin == NULL)
		picker->desk->options.desktop->backend->notify(
			picker->desk->options.desktop, "This prompt has no file of its own here.");
	else if (platform_spawn_detached("/bin/sh", argv, "/dev/null", &err) != 0)
		picker->desk->options.desktop->backend->notify(
			picker->desk->options.desktop, err.text);
	prompt_free(prompt);
}

static void on_close(void *data)
{
	struct desk_picker *picker = data;
	struct platform_desktop *desktop = picker->desk->options.desktop;

	desktop->backend->picker_hide(desktop);
	if (!picker->chosen)
		desk_give_up(picker->desk, NULL);
	picker->chosen = false;
}

static const struct palette_calls calls = {
	.search = on_search,
	.get = on_get,
	.compose = on_compose,
	.send = on_send,
	.open_file = on_open_file,
	.close = on_close,
};

/* --- for the desk --------------------------------------------------------------------- */

struct desk_picker *desk_picker_new(struct desk *desk)
{
	struct desk_picker *picker = xcalloc(1, sizeof *picker);
	struct palette_calls own = calls;

	picker->desk = desk;
	own.data = picker;
	picker->calls = own;
	palette_init(&picker->palette, &picker->calls);
	return picker;
}

void desk_picker_free(struct desk_picker *picker)
{
	if (picker == NULL)
		return;
	palette_fini(&picker->palette);
	free(picker);
}

bool desk_picker_is_open(const struct desk_picker *picker)
{
	return picker->palette.mode != PALETTE_CLOSED;
}

void desk_picker_close(struct desk_picker *picker)
{
	palette_close(&picker->palette);
}

static void show(struct desk_picker *picker)
{
	struct platform_desktop *desktop = picker->desk->options.desktop;
	struct err err;

	if (!desk_picker_is_open(picker))
		return;
	view_make(&picker->view, &picker->palette);
	if (desktop->backend->picker_show(desktop, &picker->view.what, &err) == 0)
		return;
	desktop->backend->notify(desktop, err.text);
	palette_close(&picker->palette);
}

void desk_picker_call(struct desk_picker *picker, const char *name)
{
	const struct desk_options *options = &picker->desk->options;
	const struct settings_rule *rule =
		settings_rule(options->settings, courier_target(&picker->desk->courier));

	if (name != NULL)
		palette_call_prompt(&picker->palette, str_of(name), rule->terminal);
	else
		palette_call(&picker->palette, rule->terminal);
	show(picker);
}

/* The list under a field goes by keys; a click is as many of them. */
static void take_item(struct palette *palette, size_t item)
{
	size_t i;

	if (!palette->drop.open || item >= palette->drop.n)
		return;
	for (i = palette->drop.n; i > 0 && palette->drop.at != item; i--)
		palette_key(palette, palette->drop.at < item ? PALETTE_DOWN : PALETTE_UP);
	palette_key(palette, PALETTE_ENTER);
}

void desk_picker_event(struct desk_picker *picker, const struct platform_event *event)
{
	struct palette *palette = &picker->palette;
	enum palette_key key;

	if (!desk_picker_is_open(picker))
		return;
	switch (event->type) {
	case PLATFORM_EVENT_PICKER_KEY:
		if (palette_key_parse(event->text, &key))
			palette_key(palette, key);
		break;
	case PLATFORM_EVENT_PICKER_TEXT:
		palette_text(palette, event->text);
		break;
	case PLATFORM_EVENT_PICKER_ROW:
		palette_select(palette, (size_t)event->number);
		palette_key(palette, PALETTE_ENTER);
		break;
	case PLATFORM_EVENT_PICKER_FIELD:
		palette_focus(palette, (size_t)event->number);
		break;
	case PLATFORM_EVENT_PICKER_ITEM:
		take_item(palette, (size_t)event->number);
		break;
	case PLATFORM_EVENT_PICKER_LEFT:
		palette_close(palette);
		break;
	default:
		return;
	}
	show(picker);
}
