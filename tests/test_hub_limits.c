/* Who asks too often waits; see hub/limits.h. */
#include "hub/limits.h"

#include "hub/secret.h"
#include "tests/test.h"

#define SECOND_US 1000000LL

static int64_t take(struct limits *limits, enum limit which, const char *who, int64_t now_us)
{
	return limits_take(limits, which, str_of(who), now_us);
}

static void so_many_at_once_and_then_at_their_rate(void)
{
	struct limits *limits = limits_new((struct limit_rates){2, 0, 1});
	int64_t now = 77 * SECOND_US, wait;
	int i;

	for (i = 0; i < 20; i++)
		CHECK(take(limits, LIMIT_TOKEN, "a", now) == 0);
	wait = take(limits, LIMIT_TOKEN, "a", now);
	CHECK(wait == 500);
	CHECK(take(limits, LIMIT_TOKEN, "a", now + wait * 1000 - 1000) > 0);
	CHECK(take(limits, LIMIT_TOKEN, "a", now + wait * 1000) == 0);
	CHECK(take(limits, LIMIT_TOKEN, "a", now + wait * 1000) > 0);
	CHECK(take(limits, LIMIT_TOKEN, "b", now) == 0);
	CHECK(take(limits, LIMIT_ADDRESS, "a", now) == 0);
	for (i = 0; i < 100000; i++)
		CHECK(take(limits, LIMIT_USER, "a", now) == 0);
	limits_free(limits);
}

static void a_network_counts_as_one(void)
{
	struct limits *limits = limits_new((struct limit_rates){0, 0, 1});
	int i;

	for (i = 0; i < 10; i++)
		CHECK(take(limits, LIMIT_ADDRESS, i % 2 ? "2001:db8::1" : "2001:db8::2", 1) == 0);
	CHECK(take(limits, LIMIT_ADDRESS, "2001:db8::3", 1) > 0);
	CHECK(take(limits, LIMIT_ADDRESS, "2001:db8:0:1::3", 1) == 0);
	limits_free(limits);
}

static void a_look_costs_nothing(void)
{
	struct limits *limits = limits_new((struct limit_rates)LIMIT_RATES_DEFAULT);
	int i;

	for (i = 0; i < 1000; i++)
		CHECK(limits_look(limits, LIMIT_FAILED_PAIR, STR("ann"), 1) == 0);
	for (i = 0; i < 10; i++)
		CHECK(take(limits, LIMIT_FAILED_PAIR, "ann", 1) == 0);
	CHECK(limits_look(limits, LIMIT_FAILED_PAIR, STR("ann"), 1) == 30000);
	CHECK(limits_look(limits, LIMIT_FAILED_PAIR, STR("ann"), 1 + 30 * SECOND_US) == 0);
	limits_free(limits);
}

static void strangers_do_not_push_out_who_is_busy(void)
{
	struct limits *limits = limits_new((struct limit_rates){1, 0, 1});
	char name[32];
	int i;

	for (i = 0; i < 10; i++)
		CHECK(take(limits, LIMIT_ADDRESS, "busy", 1) == 0);
	/* Twice as many as the table holds, each seen once. */
	for (i = 0; i < 131072; i++) {
		(void)snprintf(name, sizeof name, "%d", i);
		CHECK(take(limits, LIMIT_ADDRESS, name, 1) == 0);
	}
	CHECK(take(limits, LIMIT_ADDRESS, "busy", 1) > 0);
	limits_free(limits);
}

static void check_address(
	const char *peer, const char *forwarded, const char *trusted, const char *expected)
{
	char out[64];

	limits_address(str_of(peer), str_of(forwarded), trusted, out, sizeof out);
	CHECK_STR(out, expected);
}

static void only_a_trusted_proxy_is_believed(void)
{
	check_address("10.0.0.1", "1.2.3.4", NULL, "10.0.0.1");
	check_address("10.0.0.1", "1.2.3.4", "10.0.0.2", "10.0.0.1");
	check_address("10.0.0.1", "1.2.3.4", "10.0.0.2, 10.0.0.1", "1.2.3.4");
	/* What the client wrote itself stands before what the proxy added. */
	check_address("10.0.0.1", "6.6.6.6, 1.2.3.4", "10.0.0.1", "1.2.3.4");
	check_address("10.0.0.1", "6.6.6.6, 1.2.3.4, 10.0.0.2", "10.0.0.1,10.0.0.2", "1.2.3.4");
	check_address("10.0.0.1", "", "10.0.0.1", "10.0.0.1");
	check_address("10.0.0.1", "nonsense", "10.0.0.1", "10.0.0.1");
	check_address("10.0.0.1", ",", "10.0.0.1", "10.0.0.1");
	check_address("10.0.0.1", "10.0.0.1,10.0.0.1", "10.0.0.1", "10.0.0.1");
	check_address("10.0.0.1", "2001:db8:1:2:3:4:5:6", "10.0.0.1", "2001:db8:1:2:3:4:5:6");
	check_address("::1", "2001:DB8:1:2::1", "::1", "2001:db8:1:2::1");
	check_address("2001:db8::2", "1.2.3.4", "2001:db8::1", "2001:db8::2");
	check_address("rubbish", "1.2.3.4", "10.0.0.1", "-");
}

static void rates_are_three_numbers(void)
{
	struct limit_rates rates = LIMIT_RATES_DEFAULT;

	CHECK(limit_rates_parse(STR("1:2:3"), &rates));
	CHECK(rates.token == 1 && rates.user == 2 && rates.address == 3);
	CHECK(!limit_rates_parse(STR("4:5"), &rates) && rates.token == 1);
	CHECK(!limit_rates_parse(STR("4:5:6:7"), &rates));
	CHECK(!limit_rates_parse(STR("4:-5:6"), &rates));
	CHECK(!limit_rates_parse(STR(""), &rates));
	CHECK(limit_rates_parse(STR("off"), &rates));
	CHECK(rates.token == 0 && rates.user == 0 && rates.address == 0);
}

int main(void)
{
	struct err err;

	CHECK(secret_init(&err) == 0);
	RUN(so_many_at_once_and_then_at_their_rate);
	RUN(a_network_counts_as_one);
	RUN(a_look_costs_nothing);
	RUN(strangers_do_not_push_out_who_is_busy);
	RUN(only_a_trusted_proxy_is_believed);
	RUN(rates_are_three_numbers);
	return 0;
}
