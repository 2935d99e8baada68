/* "Did you mean …?"; see near.h. */
#include "core/near.h"

#include <stdint.h>
#include <string.h>

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t near_distance(struct str a, struct str b)
{
	/* Three rows of the table of all beginnings are enough. */
	size_t rows[3][NEAR_BYTES_MAX + 1];
	size_t i, j;

	if (a.n > NEAR_BYTES_MAX || b.n > NEAR_BYTES_MAX)
		return str_equal(a, b) ? 0 : SIZE_MAX;
	for (j = 0; j <= b.n; j++)
		rows[0][j] = j;
	for (i = 1; i <= a.n; i++) {
		size_t *now = rows[i % 3], *above = rows[(i + 2) % 3], *two = rows[(i + 1) % 3];

		now[0] = i;
		for (j = 1; j <= b.n; j++) {
			size_t change = above[j - 1] + (a.p[i - 1] != b.p[j - 1]);

			now[j] = least(change, least(above[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a.p[i - 1] == b.p[j - 2] && a.p[i - 2] == b.p[j - 1])
				now[j] = least(now[j], two[j - 2] + 1);
		}
	}
	return rows[a.n % 3][b.n];
}

void near_init(struct near *near, struct str typed)
{
	memset(near, 0, sizeof *near);
	near->typed = typed;
	/* One slip in three letters; a word of two letters is near nothing. */
	near->distance = typed.n / 3 + 1;
}

void near_offer(struct near *near, struct str word, struct str shown)
{
	size_t distance = near_distance(near->typed, word);

	if (near->typed.n >= 3 && word.n > near->typed.n &&
		memcmp(word.p, near->typed.p, near->typed.n) == 0)
		distance = least(distance, 1);
	if (distance >= near->distance || shown.n >= sizeof near->best)
		return;
	near->distance = distance;
	memcpy(near->best, shown.p, shown.n);
	near->best[shown.n] = '\0';
}
