/* See conflict_marks.h. */
#include "agent/conflict_marks.h"

#include <string.h>

static const char *const marks[] = {"<<<<<<<", "=======", ">>>>>>>"};

/* How much of the two is the same, in whole lines. */
static size_t shared_head(struct str a, struct str b)
{
	size_t i, n = 0;

	for (i = 0; i < a.n && i < b.n && a.p[i] == b.p[i]; i++)
		if (a.p[i] == '\n')
			n = i + 1;
	return n;
}

static size_t shared_tail(struct str a, struct str b)
{
	size_t i, n = 0;

	for (i = 0; i < a.n && i < b.n && a.p[a.n - 1 - i] == b.p[b.n - 1 - i]; i++)
		if (i + 1 == a.n || a.p[a.n - 2 - i] == '\n')
			n = i + 1 == b.n || b.p[b.n - 2 - i] == '\n' ? i + 1 : n;
	return n;
}

static void add_side(struct buf *out, struct str side)
{
	(void)buf_add(out, side.p, side.n);
	if (side.n > 0 && side.p[side.n - 1] != '\n')
		(void)buf_add_char(out, '\n');
}

void conflict_marks_write(struct str ours, struct str theirs, struct buf *out)
{
	size_t head = shared_head(ours, theirs), tail;
	struct str a = {ours.p + head, ours.n - head}, b = {theirs.p + head, theirs.n - head};

	tail = shared_tail(a, b);
	buf_clear(out);
	(void)buf_add(out, ours.p, head);
	(void)buf_add_format(out, "%s here%s\n", marks[0], ours.n == 0 ? " (removed)" : "");
	add_side(out, (struct str){a.p, a.n - tail});
	(void)buf_add_format(out, "%s\n", marks[1]);
	add_side(out, (struct str){b.p, b.n - tail});
	(void)buf_add_format(out, "%s there%s\n", marks[2], theirs.n == 0 ? " (removed)" : "");
	(void)buf_add(out, a.p + a.n - tail, tail);
}

/* "=======" is one only when nothing follows it. */
static size_t count(struct str text, const char *mark)
{
	struct str line;
	size_t n = 0, width = strlen(mark);

	while (str_next_line(&text, &line))
		if (str_starts(line, mark) &&
			(line.n == width || (mark[0] != '=' && line.p[width] == ' ')))
			n++;
	return n;
}

bool conflict_marks_stay(struct str text, struct str ours, struct str theirs)
{
	size_t i;

	for (i = 0; i < sizeof marks / sizeof *marks; i++) {
		size_t here = count(ours, marks[i]), there = count(theirs, marks[i]);

		if (count(text, marks[i]) > (here > there ? here : there))
			return true;
	}
	return false;
}
