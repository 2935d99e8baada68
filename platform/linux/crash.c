/*
 * What is done when this program crashes; see platform.h. The handler may do no more than
 * start another program: a child made without the handlers of fork(), since the crash may
 * have come with their locks held.
 */
#define _GNU_SOURCE /* _Fork, of POSIX.1-2024 */
#include "platform/platform.h"

#include <signal.h>
#include <string.h>
#include <unistd.h>

static const int crashes[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#define CRASHES (sizeof crashes / sizeof *crashes)

static struct {
	char program[PLATFORM_PATH_MAX];
	char word[32];
	char *argv[3];
	struct sigaction before[CRASHES];
} crash;

/* Goes on to whatever would have been done without us: the signal is held back as long as
 * this runs. */
static void on_crash(int number)
{
	size_t i;

	if (_Fork() == 0) {
		sigset_t none;

		(void)sigemptyset(&none);
		(void)sigprocmask(SIG_SETMASK, &none, NULL);
		(void)execv(crash.program, crash.argv);
		_exit(127);
	}
	for (i = 0; i < CRASHES; i++)
		(void)sigaction(crashes[i], &crash.before[i], NULL);
	(void)raise(number);
}

int platform_crash_start(const char *program, const char *word, struct err *err)
{
	static char stack[64 * 1024]; /* its own may be what was used up */
	stack_t place = {.ss_sp = stack, .ss_size = sizeof stack};
	struct sigaction action = {.sa_handler = on_crash, .sa_flags = SA_ONSTACK};
	size_t i;

	if (strlen(program) >= sizeof crash.program || strlen(word) >= sizeof crash.word)
		return err_set(err, ERR_LIMIT, "the name of a program is too long");
	memcpy(crash.program, program, strlen(program) + 1);
	memcpy(crash.word, word, strlen(word) + 1);
	crash.argv[0] = crash.program;
	crash.argv[1] = crash.word;
	(void)sigemptyset(&action.sa_mask);
	if (sigaltstack(&place, NULL) != 0)
		return err_set(err, ERR_FAILED, "a crash cannot be seen to");
	for (i = 0; i < CRASHES; i++)
		if (sigaction(crashes[i], &action, &crash.before[i]) != 0)
			return err_set(err, ERR_FAILED, "a crash cannot be seen to");
	return 0;
}
