/*
 * How the picker looks; see picker_gtk.h. One accent colour, two sets of colours, and a
 * person's own CSS over both: `#promptd` is the window, the classes below its parts,
 * and the colours may be defined anew by their names.
 */
#include "platform/linux/picker_gtk.h"

static const char light[] = "@define-color promptd_bg #ffffff;"
			    "@define-color promptd_fg #1b1d22;"
			    "@define-color promptd_dim #646b78;"
			    "@define-color promptd_tag #6271bd;"
			    "@define-color promptd_line #e3e6eb;"
			    "@define-color promptd_side #f7f8fa;"
			    "@define-color promptd_accent #3d55c9;"
			    "@define-color promptd_selected #e9edfd;"
			    "@define-color promptd_plain_bg #eceef2;"
			    "@define-color promptd_plain_fg #4a515e;"
			    "@define-color promptd_good_bg #dcf3e4;"
			    "@define-color promptd_good_fg #17633a;"
			    "@define-color promptd_care_bg #fdeecb;"
			    "@define-color promptd_care_fg #7a4f00;"
			    "@define-color promptd_bad_bg #fbe0de;"
			    "@define-color promptd_bad_fg #a3261c;";

static const char dark[] = "@define-color promptd_bg #1f2127;"
			   "@define-color promptd_fg #e8eaee;"
			   "@define-color promptd_dim #9da5b3;"
			   "@define-color promptd_tag #8793c9;"
			   "@define-color promptd_line #343842;"
			   "@define-color promptd_side #1a1c21;"
			   "@define-color promptd_accent #9db0ff;"
			   "@define-color promptd_selected #2d3554;"
			   "@define-color promptd_plain_bg #343944;"
			   "@define-color promptd_plain_fg #c3c9d4;"
			   "@define-color promptd_good_bg #1c3f2c;"
			   "@define-color promptd_good_fg #83dcab;"
			   "@define-color promptd_care_bg #453612;"
			   "@define-color promptd_care_fg #f2cd77;"
			   "@define-color promptd_bad_bg #4c2422;"
			   "@define-color promptd_bad_fg #ffa79f;";

static const char shapes[] =
	"#promptd { background: @promptd_bg; color: @promptd_fg; font-size: 14px;"
	"  border: 1px solid @promptd_line; }"
	"#promptd * { text-shadow: none; -gtk-icon-shadow: none; }"
	"#promptd .dim { color: @promptd_dim; font-size: 12px; }"
	"#promptd .header { padding: 14px 18px; border-bottom: 1px solid @promptd_line;"
	"  min-height: 26px; }"
	"#promptd entry { background: transparent; color: @promptd_fg; border: none;"
	"  box-shadow: none; min-height: 0; padding: 0; caret-color: @promptd_accent; }"
	"#promptd .query { font-size: 18px; }"
	"#promptd .placeholder { color: @promptd_dim; }"
	"#promptd .heading { font-size: 16px; font-weight: 600; }"
	"#promptd .rows, #promptd .items { background: transparent; }"
	"#promptd .rows { padding: 6px; }"
	"#promptd .rows row { padding: 0; background: transparent; color: @promptd_fg;"
	"  outline: none; }"
	"#promptd .card { padding: 4px 12px 5px 12px; border-radius: 7px; min-height: 34px; }"
	"#promptd .rows row:selected .card { background: @promptd_selected; }"
	"#promptd .rows row.faded .title { color: @promptd_dim; }"
	"#promptd .group { color: @promptd_dim; font-size: 11px; font-weight: 600;"
	"  padding: 3px 12px 2px 12px; }"
	"#promptd .place { color: @promptd_dim; font-size: 12px; }"
	"#promptd .star { color: @promptd_accent; font-size: 12px; }"
	"#promptd .badge { font-size: 11px; font-weight: 500; border-radius: 5px;"
	"  padding: 1px 7px; }"
	"#promptd .badge.plain { background: @promptd_plain_bg; color: @promptd_plain_fg; }"
	"#promptd row:selected .badge.plain { background: @promptd_bg; }"
	"#promptd .badge.good { background: @promptd_good_bg; color: @promptd_good_fg; }"
	"#promptd .badge.care { background: @promptd_care_bg; color: @promptd_care_fg; }"
	"#promptd .badge.bad { background: @promptd_bad_bg; color: @promptd_bad_fg; }"
	"#promptd .preview { background: @promptd_side; border-left: 1px solid @promptd_line; }"
	"#promptd .preview textview { padding: 16px 18px; }"
	"#promptd .preview textview, #promptd .preview textview text {"
	"  background: transparent; color: @promptd_fg; font-size: 13px; }"
	"#promptd .preview-note { color: @promptd_dim; font-size: 12px; padding: 8px 18px; }"
	"#promptd .footer { padding: 8px 18px; border-top: 1px solid @promptd_line;"
	"  min-height: 22px; }"
	"#promptd .message { font-size: 13px; color: @promptd_fg; }"
	"#promptd .message.warns { color: @promptd_bad_fg; }"
	"#promptd .hint { font-size: 12px; color: @promptd_dim; }"
	"#promptd .key { font-size: 11px; color: @promptd_plain_fg;"
	"  background: @promptd_plain_bg; border-radius: 4px; padding: 1px 6px; }"
	"#promptd scrollbar, #promptd scrollbar trough { background: transparent; border: none; }"
	"#promptd scrollbar slider { background: @promptd_dim; border: 3px solid transparent;"
	"  background-clip: padding-box; min-width: 4px; min-height: 24px;"
	"  border-radius: 8px; opacity: 0.5; }"
	"#promptd undershoot, #promptd overshoot { background: none; }";

static const char form[] =
	"#promptd .form, #promptd .details { padding: 10px 18px 18px 18px; }"
	"#promptd .field { padding: 8px 0; }"
	"#promptd .label { font-weight: 600; font-size: 13px; }"
	"#promptd .required { color: @promptd_accent; }"
	"#promptd .error { color: @promptd_bad_fg; font-size: 12px; }"
	"#promptd .input { background: @promptd_bg; color: @promptd_fg;"
	"  border: 1px solid @promptd_line; border-radius: 6px; padding: 6px 10px;"
	"  box-shadow: none; min-height: 0; font-weight: normal; outline: none; }"
	"#promptd .input scrollbar slider { min-height: 2px; }"
	"#promptd .input textview, #promptd .input textview text {"
	"  background: transparent; color: @promptd_fg; caret-color: @promptd_accent; }"
	"#promptd .input.current { border-color: @promptd_accent;"
	"  box-shadow: inset 0 0 0 1px @promptd_accent; }"
	"#promptd .input.wrong { border-color: @promptd_bad_fg;"
	"  box-shadow: inset 0 0 0 1px @promptd_bad_fg; }"
	"#promptd .items { border: 1px solid @promptd_line; border-radius: 6px; padding: 4px; }"
	"#promptd .items row { padding: 3px 8px; border-radius: 4px; color: @promptd_fg; }"
	"#promptd .items row:selected { background: @promptd_selected; }"
	"#promptd checkbutton { padding: 4px 2px; outline: none; }"
	"#promptd checkbutton check { background: @promptd_bg; color: @promptd_bg;"
	"  border: 1px solid @promptd_dim; border-radius: 4px; box-shadow: none;"
	"  min-width: 16px; min-height: 16px; }"
	"#promptd checkbutton check:checked { background: @promptd_accent;"
	"  border-color: @promptd_accent; }"
	"#promptd checkbutton.current check { box-shadow: 0 0 0 2px @promptd_selected; }"
	"#promptd checkbutton.current { color: @promptd_accent; }";

/* The desktop says dark by its theme, whatever that is called. */
static bool desktop_is_dark(void)
{
	GtkWidget *probe = gtk_offscreen_window_new();
	GdkRGBA bg = {1, 1, 1, 1};
	bool known = gtk_style_context_lookup_color(
		gtk_widget_get_style_context(probe), "theme_bg_color", &bg);

	gtk_widget_destroy(probe);
	return known && 0.299 * bg.red + 0.587 * bg.green + 0.114 * bg.blue < 0.5;
}

static void settings_set(void)
{
	GtkSettings *settings = gtk_settings_get_default();

	/* Nothing moves by itself: no frames drawn while nobody types, and a picker that is
	 * there at once. */
	g_object_set(settings, "gtk-enable-animations", FALSE, "gtk-cursor-blink", FALSE,
		"gtk-overlay-scrolling", FALSE, "gtk-entry-select-on-focus", FALSE,
		"gtk-error-bell", FALSE, NULL);
}

static GtkCssProvider *provider_add(unsigned priority)
{
	GtkCssProvider *provider = gtk_css_provider_new();

	gtk_style_context_add_provider_for_screen(
		gdk_screen_get_default(), GTK_STYLE_PROVIDER(provider), priority);
	return provider;
}

static int theme_load(struct picker *picker, const char *file, struct err *err)
{
	GError *error = NULL;

	if (file == NULL || !g_file_test(file, G_FILE_TEST_EXISTS))
		return 0;
	picker->theme = provider_add(GTK_STYLE_PROVIDER_PRIORITY_USER + 2);
	if (gtk_css_provider_load_from_path(picker->theme, file, &error))
		return 0;
	(void)err_set(err, ERR_INVALID, "the picker's theme: %s", error->message);
	g_error_free(error);
	return -1;
}

/* As the theme has them, whoever's. */
static void colours_find(struct picker *picker)
{
	GtkWidget *probe = gtk_offscreen_window_new();
	GtkStyleContext *context = gtk_widget_get_style_context(probe);

	(void)gtk_style_context_lookup_color(context, "promptd_accent", &picker->colours.accent);
	(void)gtk_style_context_lookup_color(context, "promptd_tag", &picker->colours.tag);
	(void)gtk_style_context_lookup_color(context, "promptd_dim", &picker->colours.dim);
	gtk_widget_destroy(probe);
}

int picker_style_init(
	struct picker *picker, const struct platform_picker_options *options, struct err *err)
{
	char *css;
	int result;

	settings_set();
	picker->colours.dark = options->colours == PLATFORM_COLOURS_DARK ||
			       (options->colours == PLATFORM_COLOURS_AUTO && desktop_is_dark());
	picker->shape = provider_add(GTK_STYLE_PROVIDER_PRIORITY_USER + 1);
	css = g_strconcat(picker->colours.dark ? dark : light, shapes, form, NULL);
	(void)gtk_css_provider_load_from_data(picker->shape, css, -1, NULL);
	g_free(css);
	result = theme_load(picker, options->theme, err);
	colours_find(picker);
	return result;
}

static void provider_drop(GtkCssProvider *provider)
{
	if (provider == NULL)
		return;
	gtk_style_context_remove_provider_for_screen(
		gdk_screen_get_default(), GTK_STYLE_PROVIDER(provider));
	g_object_unref(provider);
}

void picker_style_fini(struct picker *picker)
{
	provider_drop(picker->theme);
	provider_drop(picker->shape);
}
