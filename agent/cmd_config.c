/* promptd config: the settings, and where each value comes from. */
#include "agent/command.h"
#include "core/buf.h"

static void config_row(struct call *call, json_t *rows, const struct config_setting *setting)
{
	struct buf value = BUF_INIT(256);
	unsigned line = config_line(call->config, setting);
	char from[64];

	config_show(call->config, setting, &value);
	if (line > 0)
		(void)snprintf(from, sizeof from, "%s:%u", CONFIG_FILE, line);
	else
		(void)snprintf(from, sizeof from, "default");
	json_array_append_new(
		rows, json_pack("{s:s, s:s, s:s, s:s}", "name", setting->name, "value",
			      buf_text(&value), "from", from, "help", setting->help));
	if (!call->json) {
		output_styled(call->out, OUTPUT_NAME, str_of(setting->name));
		output_print(call->out, " = %s", buf_text(&value));
		output_print(call->out, "%*s# %s\n",
			34 - (int)output_width(str_of(setting->name)) - (int)value.len, " ", from);
		output_print(call->out, "    %s\n", setting->help);
	}
	buf_fini(&value);
}

static int config_run(struct call *call)
{
	const struct config_setting *setting;
	json_t *rows = json_array();

	if (!call->json) {
		output_text(call->out, str_of(call->dirs->config));
		output_print(call->out, "/%s\n\n", CONFIG_FILE);
	}
	for (setting = config_settings; setting->name != NULL; setting++)
		config_row(call, rows, setting);
	call_answer_text(call, "directory", str_of(call->dirs->config));
	call_answer(call, "settings", rows);
	return COMMAND_DONE;
}

const struct command command_config = {
	.name = "config",
	.summary = "the settings, and where each comes from",
	.words = "",
	.description =
		"Prints every setting with its value and the line of promptd.conf that says so. "
		"The file holds one `name = value` a line; # begins a comment.",
	.answer = "directory, settings (name, value, from, help)",
	.run = config_run,
};
