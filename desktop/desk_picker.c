/* The palette on a platform's window; see desk_picker.h. */
#include "desktop/desk_picker.h"

#include <stdlib.h>

#include "desktop/desk.h"

/* --- what the palette asks for ------------------------------------------------------ */

static struct desk_picker *picker_of(void *data)
{
	return ((struct palette_library *)data)->owner;
}

static void on_send(void *data, const struct prompt *prompt, const json_t *args,
	const struct compose *compose, enum palette_send how)
{
	struct desk_picker *picker = picker_of(data);

	(void)args;
	picker->chosen = true;
	desk_send(picker->desk, prompt, compose, how);
}

/* With what the person opens such files with. */
static void on_open_file(void *data, struct str path)
{
	static const char script[] = "exec xdg-open \"$1\"";
	struct desk_picker *picker = picker_of(data);
	struct prompt *prompt = NULL;
	const char *argv[] = {"sh", "-c", script, "promptd", NULL, NULL};
	struct err err;

	if (picker->calls.get(data, path, &prompt, &err) != STORE_OK)
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
	struct desk_picker *picker = picker_of(data);
	struct platform_desktop *desktop = picker->desk->options.desktop;

	desktop->backend->picker_hide(desktop);
	if (!picker->chosen)
		desk_give_up(picker->desk, NULL);
	picker->chosen = false;
}

static void on_source(void *data, enum prompt_from from)
{
	palette_sources_ask(&picker_of(data)->sources, from);
}

/* --- for the desk --------------------------------------------------------------------- */

struct desk_picker *desk_picker_new(struct desk *desk)
{
	struct desk_picker *picker = xcalloc(1, sizeof *picker);

	picker->desk = desk;
	palette_library_init_store(&picker->library,
		desk->options.dir != NULL ? desk->options.dir : "", desk->options.store);
	picker->library.owner = picker;
	picker->library.experimental = desk->options.settings->experimental;
	picker->library.forgetful = desk->options.settings->forgetful;
	picker->sources = (struct palette_sources){.desktop = desk->options.desktop,
		.courier = &desk->courier,
		.palette = &picker->palette};
	picker->calls = (struct palette_calls){.data = &picker->library,
		.send = on_send,
		.open_file = on_open_file,
		.close = on_close,
		.source = on_source};
	palette_library_calls(&picker->calls);
	palette_init(&picker->palette, &picker->calls);
	return picker;
}

void desk_picker_free(struct desk_picker *picker)
{
	if (picker == NULL)
		return;
	palette_fini(&picker->palette);
	palette_library_fini(&picker->library);
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

	picker->library.store = options->store;
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
	case PLATFORM_EVENT_SAVED:
		if (!palette_sources_event(&picker->sources, event))
			return;
		break;
	case PLATFORM_EVENT_PICKER_LEFT:
		palette_close(palette);
		break;
	default:
		return;
	}
	show(picker);
}
