/* Rows by looking through pages; see pages.h. */
#include "store/pages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <unistd.h>

#define PAGE_BYTES 4096
#define PAGE_FIRST_HEADER 100
#define PAGE_INDEX_LEAF 0x0A
#define PAGE_INDEX_INNER 0x02
#define LOG_HEADER_BYTES 32
#define LOG_FRAME_HEADER_BYTES 24

/* Big-endian base 128, at most nine bytes; 0 when it does not end in time. */
static size_t page_varint(const unsigned char *p, size_t n, uint64_t *value)
{
	size_t i;

	*value = 0;
	for (i = 0; i < n && i < 9; i++) {
		if (i == 8) {
			*value = *value << 8 | p[i];
			return 9;
		}
		*value = *value << 7 | (p[i] & 0x7F);
		if (p[i] < 0x80)
			return i + 1;
	}
	return 0;
}

static int64_t page_integer(const unsigned char *p, size_t n)
{
	uint64_t value = p[0] >= 0x80 ? UINT64_MAX : 0;
	size_t i;

	for (i = 0; i < n; i++)
		value = value << 8 | p[i];
	return (int64_t)value;
}

/* Bytes of a value by its serial type, and what it is. */
static size_t page_value(
	uint64_t type, const unsigned char *p, size_t left, struct pages_value *value)
{
	static const size_t integers[] = {0, 1, 2, 3, 4, 6, 8, 8, 0, 0};
	size_t n = type < 10 ? integers[type] : type >= 12 ? (size_t)(type - 12) / 2 : SIZE_MAX;

	*value = (struct pages_value){.number = type == 9};
	if (type == 10 || type == 11 || n > left)
		return SIZE_MAX;
	if (type >= 1 && type <= 6)
		value->number = page_integer(p, n);
	if (type >= 13 && type % 2 == 1)
		value->text = (struct str){(const char *)p, n};
	return n;
}

static int page_record(const unsigned char *record, size_t len, pages_fn *fn, void *data)
{
	struct pages_value values[PAGES_COLUMNS_MAX];
	size_t at, body, n = 0;
	uint64_t header;

	at = page_varint(record, len, &header);
	if (at == 0 || header > len)
		return 0;
	body = (size_t)header;
	while (at < header && n < PAGES_COLUMNS_MAX) {
		uint64_t type;
		size_t used = page_varint(record + at, (size_t)header - at, &type);
		size_t bytes;

		if (used == 0)
			return 0;
		bytes = page_value(type, record + body, len - body, &values[n]);
		if (bytes == SIZE_MAX)
			return 0;
		at += used;
		body += bytes;
		n++;
	}
	return n > 0 ? fn(data, values, n) : 0;
}

static int page_cell(
	const unsigned char *page, size_t size, size_t at, size_t skip, pages_fn *fn, void *data)
{
	uint64_t payload;
	size_t used;

	if (at + skip >= size)
		return 0;
	at += skip;
	used = page_varint(page + at, size - at, &payload);
	if (used == 0 || payload > size - at - used)
		return 0;
	return page_record(page + at + used, (size_t)payload, fn, data);
}

int pages_scan_page(const unsigned char *page, size_t size, size_t from, pages_fn *fn, void *data)
{
	size_t header, skip, cells, i;
	int result = 0;

	if (size < from + 12 || (page[from] != PAGE_INDEX_LEAF && page[from] != PAGE_INDEX_INNER))
		return 0;
	header = page[from] == PAGE_INDEX_LEAF ? 8 : 12;
	skip = page[from] == PAGE_INDEX_LEAF ? 0 : 4; /* the page to the left */
	cells = (size_t)page[from + 3] << 8 | page[from + 4];
	for (i = 0; i < cells && result == 0 && from + header + 2 * i + 2 <= size; i++) {
		const unsigned char *pointer = page + from + header + 2 * i;

		result =
			page_cell(page, size, (size_t)pointer[0] << 8 | pointer[1], skip, fn, data);
	}
	return result;
}

/* Pages of a file from `at` on, `gap` bytes before each. */
static int pages_scan_file(
	const char *path, size_t at, size_t gap, pages_fn *fn, void *data, struct err *err)
{
	unsigned char page[PAGE_BYTES];
	int fd = open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC), result = 0;
	off_t offset = (off_t)(at + gap);
	bool first = gap == 0;
	ssize_t n;

	if (fd < 0)
		return errno == ENOENT ? 0 : err_errno(err, errno, "%s", path);
	/* A last page may be cut short. */
	while (result == 0 && (n = pread(fd, page, sizeof page, offset)) > 0) {
		result = pages_scan_page(page, (size_t)n, first ? PAGE_FIRST_HEADER : 0, fn, data);
		first = false;
		offset += (off_t)(sizeof page + gap);
	}
	(void)close(fd); /* only read from */
	return result;
}

int pages_scan(const char *path, pages_fn *fn, void *data, struct err *err)
{
	char log[1024];
	int result = pages_scan_file(path, 0, 0, fn, data, err);

	(void)snprintf(log, sizeof log, "%s-wal", path);
	if (result == 0)
		result = pages_scan_file(
			log, LOG_HEADER_BYTES, LOG_FRAME_HEADER_BYTES, fn, data, err);
	return result;
}
