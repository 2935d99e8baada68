/*
 * Token buckets; see limits.h. Each is one number (GCRA, ITU-T I.371): the time until
 * which what it has given out is used up, were it given out at its rate. It may run ahead
 * of now by as much as may be taken at once.
 */
#include "hub/limits.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define AT_ONCE 10 /* seconds' worth */
#define WAYS 8
#define SETS 8192 /* a power of two */
#define SECOND_US 1000000LL

struct bucket {
	uint64_t key; /* 0: none */
	int64_t ahead_us;
};

struct limits {
	unsigned char hash_key[crypto_shorthash_KEYBYTES];
	struct {
		int64_t each_us, ahead_max_us;
	} rates[LIMITS];
	pthread_mutex_t lock; /* over what follows */
	struct bucket buckets[SETS][WAYS];
};

bool limit_rates_parse(struct str text, struct limit_rates *rates)
{
	int64_t numbers[3];
	size_t i;

	if (str_is(text, "off"))
		text = STR("0:0:0");
	for (i = 0; i < 3; i++)
		if (!str_to_int(str_cut(text, ':', &text), 0, LIMIT_RATE_MAX, &numbers[i]))
			return false;
	if (text.n > 0)
		return false;
	*rates = (struct limit_rates){
		(unsigned)numbers[0], (unsigned)numbers[1], (unsigned)numbers[2]};
	return true;
}

static void set_rate(struct limits *limits, enum limit which, unsigned a_second)
{
	limits->rates[which].each_us = a_second > 0 ? SECOND_US / a_second : 0;
	limits->rates[which].ahead_max_us = AT_ONCE * SECOND_US;
}

static void set_failures(struct limits *limits, enum limit which, int at_once, int each_s)
{
	limits->rates[which].each_us = each_s * SECOND_US;
	limits->rates[which].ahead_max_us = at_once * each_s * SECOND_US;
}

struct limits *limits_new(struct limit_rates rates)
{
	struct limits *limits = xcalloc(1, sizeof *limits);

	crypto_shorthash_keygen(limits->hash_key);
	(void)pthread_mutex_init(&limits->lock, NULL); /* default kind: cannot fail here */
	set_rate(limits, LIMIT_TOKEN, rates.token);
	set_rate(limits, LIMIT_USER, rates.user);
	set_rate(limits, LIMIT_ADDRESS, rates.address);
	set_rate(limits, LIMIT_ENTER, (rates.address + 24) / 25);
	/* Wrong passwords: ten at once for one name from one place, then two a minute;
	 * thirty from one place, then twelve a minute; a hundred for one name, then six. */
	set_failures(limits, LIMIT_FAILED_PAIR, 10, 30);
	set_failures(limits, LIMIT_FAILED_ADDRESS, 30, 5);
	set_failures(limits, LIMIT_FAILED_NAME, 100, 10);
	return limits;
}

void limits_free(struct limits *limits)
{
	if (limits == NULL)
		return;
	(void)pthread_mutex_destroy(&limits->lock);
	free(limits);
}

/* In its one way of being written, IPv6 cut to its network when that is wanted. False: it is none.
 */
static bool normal(struct str text, char *out, size_t size, bool network)
{
	unsigned char bytes[16];
	char given[64];

	if (text.n == 0 || text.n >= sizeof given)
		return false;
	(void)snprintf(given, sizeof given, "%.*s", (int)text.n, text.p);
	if (inet_pton(AF_INET, given, bytes) == 1)
		return inet_ntop(AF_INET, bytes, out, (socklen_t)size) != NULL;
	if (inet_pton(AF_INET6, given, bytes) != 1)
		return false;
	if (network)
		(void)memset(bytes + 8, 0, 8);
	return inet_ntop(AF_INET6, bytes, out, (socklen_t)size) != NULL;
}

static uint64_t key_of(const struct limits *limits, enum limit which, struct str who)
{
	unsigned char hash[crypto_shorthash_BYTES];
	char network[64];
	uint64_t key;

	if ((which == LIMIT_ADDRESS || which == LIMIT_ENTER || which == LIMIT_FAILED_ADDRESS) &&
		normal(who, network, sizeof network, true))
		who = str_of(network);
	(void)crypto_shorthash(
		hash, (const unsigned char *)(who.n > 0 ? who.p : ""), who.n, limits->hash_key);
	(void)memcpy(&key, hash, sizeof key);
	key += (uint64_t)which;
	return key != 0 ? key : 1;
}

/* The one of this key, or the place of the one in its set that has been quiet longest. */
static struct bucket *bucket_of(struct limits *limits, uint64_t key)
{
	struct bucket *set = limits->buckets[key & (SETS - 1)], *oldest = set;
	size_t i;

	for (i = 0; i < WAYS; i++) {
		if (set[i].key == key)
			return &set[i];
		if (set[i].key == 0 || (oldest->key != 0 && set[i].ahead_us < oldest->ahead_us))
			oldest = &set[i];
	}
	return oldest;
}

static int64_t ask(
	struct limits *limits, enum limit which, struct str who, int64_t now_us, bool take)
{
	int64_t each_us = limits != NULL ? limits->rates[which].each_us : 0, ahead_us = now_us;
	int64_t over_us;
	struct bucket *bucket;
	uint64_t key;

	if (each_us == 0)
		return 0;
	key = key_of(limits, which, who);
	(void)pthread_mutex_lock(&limits->lock);
	bucket = bucket_of(limits, key);
	if (bucket->key == key && bucket->ahead_us > now_us)
		ahead_us = bucket->ahead_us;
	over_us = ahead_us + each_us - now_us - limits->rates[which].ahead_max_us;
	if (over_us <= 0 && take)
		*bucket = (struct bucket){key, ahead_us + each_us};
	(void)pthread_mutex_unlock(&limits->lock);
	return over_us <= 0 ? 0 : (over_us + 999) / 1000;
}

int64_t limits_take(struct limits *limits, enum limit which, struct str who, int64_t now_us)
{
	return ask(limits, which, who, now_us, true);
}

int64_t limits_look(struct limits *limits, enum limit which, struct str who, int64_t now_us)
{
	return ask(limits, which, who, now_us, false);
}

/* ── addresses ─────────────────────────────────────────────────────────── */

static bool is_trusted(const char *address, const char *trusted)
{
	struct str rest = str_of(trusted);
	char one[64];

	while (rest.n > 0)
		if (normal(str_trim(str_cut(rest, ',', &rest)), one, sizeof one, false) &&
			strcmp(one, address) == 0)
			return true;
	return false;
}

/* The part behind the last comma; *rest is what stands before it. */
static struct str last_of(struct str list, struct str *rest)
{
	size_t i = list.n;

	while (i > 0 && list.p[i - 1] != ',')
		i--;
	*rest = (struct str){list.p, i > 0 ? i - 1 : 0};
	return str_trim((struct str){list.p + i, list.n - i});
}

void limits_address(
	struct str peer, struct str forwarded_for, const char *trusted, char *out, size_t size)
{
	char address[64];

	if (!normal(peer, out, size, false))
		(void)snprintf(out, size, "-");
	while (is_trusted(out, trusted) && forwarded_for.n > 0) {
		if (!normal(last_of(forwarded_for, &forwarded_for), address, sizeof address, false))
			return; /* a proxy that writes nonsense: it is the proxy then */
		(void)snprintf(out, size, "%s", address);
	}
}
