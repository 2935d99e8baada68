/* HTML out of files and values; see page.h. */
#include "hub/page.h"

#include <string.h>

#include "schema/schema.h"

#define PIECE_MAX ((size_t)64 * 1024)

static const struct schema_file *file_of(struct str name)
{
	const struct schema_file *file = schema_hub_pages;

	while (file->name != NULL && !str_is(name, file->name))
		file++;
	return file->name != NULL ? file : NULL;
}

static void add_escaped(struct buf *out, const char *text)
{
	for (; *text != '\0'; text++)
		switch (*text) {
		case '&':
			(void)buf_add_str(out, "&amp;");
			break;
		case '<':
			(void)buf_add_str(out, "&lt;");
			break;
		case '>':
			(void)buf_add_str(out, "&gt;");
			break;
		case '"':
			(void)buf_add_str(out, "&quot;");
			break;
		case '\'':
			(void)buf_add_str(out, "&#39;");
			break;
		default:
			(void)buf_add_char(out, *text);
		}
}

static void add_value(struct buf *out, struct str name, const struct page_value *values, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (str_is(name, values[i].name)) {
			if (values[i].piece)
				(void)buf_add_str(out, values[i].text);
			else
				add_escaped(out, values[i].text);
			return;
		}
}

void page_piece(const char *name, const struct page_value *values, size_t n, struct buf *out)
{
	const struct schema_file *file = file_of(str_of(name));
	/* Pieces are named by us; one that is not there is empty. */
	const char *p = file != NULL ? file->text : "", *open, *close;

	while ((open = strstr(p, "{{")) != NULL && (close = strstr(open, "}}")) != NULL) {
		(void)buf_add(out, p, (size_t)(open - p));
		add_value(out, (struct str){open + 2, (size_t)(close - open) - 2}, values, n);
		p = close + 2;
	}
	(void)buf_add_str(out, p);
}

/* No script and nothing of others; not in a frame; kept nowhere. */
static void add_fields(struct request *request)
{
	request_field(request, "Content-Security-Policy",
		"default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
		"base-uri 'none'; frame-ancestors 'none'");
	request_field(request, "X-Frame-Options", "DENY");
	/* Not "no-referrer": forms would then come with the Origin "null". */
	request_field(request, "Referrer-Policy", "same-origin");
	request_field(request, "Cross-Origin-Opener-Policy", "same-origin");
	request_field(request, "Cross-Origin-Resource-Policy", "same-origin");
	if (request->hub->options.secure_cookies)
		request_field(request, "Strict-Transport-Security", "max-age=31536000");
}

static void forget_answer(struct request *request, unsigned status)
{
	json_decref(request->answer);
	request->answer = NULL;
	request->status = status;
	buf_clear(&request->http->out);
	add_fields(request);
	request_field(request, "Cache-Control", "no-store");
}

int page_answer(struct request *request, unsigned status, const char *title, const char *problem,
	const char *who, const char *main)
{
	struct buf alert = BUF_INIT(PIECE_MAX);

	if (problem[0] != '\0')
		page_piece("problem.html", PAGE_VALUES({"text", problem, false}), &alert);
	forget_answer(request, status);
	request->http->type = "text/html; charset=utf-8";
	page_piece("page.html",
		PAGE_VALUES({"title", title, false}, {"problem", buf_text(&alert), true},
			{"who", who, true}, {"main", main, true}),
		&request->http->out);
	buf_fini(&alert);
	return 0;
}

int page_go(struct request *request, const char *format, ...)
{
	struct buf *fields = &request->http->fields;
	va_list args;

	forget_answer(request, 303);
	(void)buf_add_str(fields, "Location: ");
	va_start(args, format);
	(void)buf_add_vformat(fields, format, args);
	va_end(args);
	(void)buf_add_str(fields, "\r\n");
	return 0;
}

int page_static(struct request *request, struct str name)
{
	const struct schema_file *file = file_of(name);

	if (file == NULL || str_ends(name, ".html"))
		return DB_NONE;
	add_fields(request);
	request_field(request, "Cache-Control", "public, max-age=300");
	request->status = 200;
	request->http->type = str_ends(name, ".css")   ? "text/css; charset=utf-8"
			      : str_ends(name, ".svg") ? "image/svg+xml"
						       : "application/octet-stream";
	(void)buf_add(&request->http->out, file->text, file->len);
	return 0;
}
