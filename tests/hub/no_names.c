/*
 * A name server that never answers: loaded in front of a program (LD_PRELOAD), so that no
 * name of a host is found or refused before a minute has passed. Numbers and "localhost"
 * are what they are.
 */
#include <dlfcn.h>
#include <netdb.h>
#include <string.h>
#include <unistd.h>

#define HANG_S 60

typedef int lookup_fn(
	const char *node, const char *service, const struct addrinfo *hints, struct addrinfo **out);

int getaddrinfo(const char *restrict node, const char *restrict service,
	const struct addrinfo *restrict hints, struct addrinfo **restrict out)
{
	lookup_fn *next;

	*(void **)&next = dlsym(RTLD_NEXT, "getaddrinfo");
	if (node != NULL && strstr(node, "example.org") != NULL) {
		(void)sleep(HANG_S);
		return EAI_AGAIN;
	}
	return next(node, service, hints, out);
}
