/* Fetching and pushing; see git_remote.h. */
#include "library/git_remote.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "library/git_aside.h"

#define ASKED_MAX 3

static bool is_loopback(const char *host)
{
	static const char *const names[] = {"127.0.0.1", "localhost", "[::1]"};
	size_t i, n;

	for (i = 0; i < sizeof names / sizeof *names; i++) {
		n = strlen(names[i]);
		if (strncmp(host, names[i], n) == 0 && (host[n] == '\0' || strchr(":/", host[n])))
			return true;
	}
	return false;
}

int repo_check_url(const char *url, struct err *err)
{
	const char *host = strstr(url, "://"), *at;

	/* "name::" would be a program's, in git; here it would be a host's name. */
	if (url[0] == '\0' || url[0] == '-' || (host == NULL && strstr(url, "::") != NULL))
		return err_set(err, ERR_REFUSED, "not an address: %.200s", url);
	if (strncmp(url, "http://", 7) == 0) {
		at = strchr(url + 7, '@');
		host = at != NULL && at < url + 7 + strcspn(url + 7, "/") ? at + 1 : url + 7;
		if (!is_loopback(host))
			return err_set(err, ERR_REFUSED,
				"http without s is for this machine alone: https://%.200s",
				url + 7);
		return 0;
	}
	if (host == NULL || strncmp(url, "https://", 8) == 0 || strncmp(url, "ssh://", 6) == 0 ||
		strncmp(url, "file://", 7) == 0)
		return 0;
	return err_set(err, ERR_REFUSED, "an address begins with https:// or ssh://: %.200s", url);
}

/* --- what a server asks for --- */

struct asking {
	const struct repo_remote_options *options;
	struct aside *aside;
	size_t bytes, objects; /* as progress was told last */
	unsigned asked, key_tried;
	bool secret_given, cancelled, too_much;
	const char *refused; /* by the other end, of a push */
	char why[200];
};

static int give_secret(
	git_credential **out, struct asking *asking, const char *url, const char *user)
{
	const struct repo_remote_options *options = asking->options;
	char name[REPO_SECRET_MAX] = "", password[REPO_SECRET_MAX] = "";
	int result = GIT_EAUTH;

	if (asking->secret_given && options->verdict != NULL)
		options->verdict(options->data, false);
	asking->secret_given = false;
	aside_tell_asking(asking->aside);
	if (options->secret == NULL ||
		options->secret(options->data, url, user, name, password) != 0) {
		git_error_set_str(GIT_ERROR_HTTP,
			"it asks for a password, and no credential helper of git's gave one");
		return GIT_EAUTH;
	}
	if (git_credential_userpass_plaintext_new(out, name, password) == 0)
		result = 0;
	(void)aside_tell(asking->aside);
	asking->secret_given = result == 0;
	memset(password, 0, sizeof password);
	return result;
}

static int give_key(git_credential **out, struct asking *asking, const char *user)
{
	if (asking->key_tried++ > 0 || getenv("SSH_AUTH_SOCK") == NULL ||
		git_credential_ssh_key_from_agent(out, user != NULL ? user : "git") != 0) {
		git_error_set_str(GIT_ERROR_SSH,
			"it took no key: keys come from ssh-agent (ssh-add adds one)");
		return GIT_EAUTH;
	}
	return 0;
}

static int on_credentials(
	git_credential **out, const char *url, const char *user, unsigned allowed, void *data)
{
	struct asking *asking = data;

	if (asking->asked++ >= ASKED_MAX + 1)
		return GIT_EAUTH;
	if ((allowed & GIT_CREDENTIAL_USERNAME) != 0)
		return git_credential_username_new(out, user != NULL ? user : "git");
	if ((allowed & GIT_CREDENTIAL_SSH_KEY) != 0)
		return give_key(out, asking, user);
	if ((allowed & GIT_CREDENTIAL_USERPASS_PLAINTEXT) != 0 && asking->asked <= ASKED_MAX)
		return give_secret(out, asking, url, user);
	git_error_set_str(GIT_ERROR_NET, "it asks for a kind of login that is not known here");
	return GIT_EAUTH;
}

/* A certificate or a host's key. What libgit2 does not trust is not trusted here; this
 * only finds better words. */
static int on_certificate(git_cert *certificate, int valid, const char *host, void *data)
{
	char why[400];

	(void)data;
	if (valid)
		return 0;
	if (certificate->cert_type == GIT_CERT_HOSTKEY_LIBSSH2)
		(void)snprintf(why, sizeof why,
			"the host's key is not known, or is another one than before: `ssh %.200s` "
			"once shows it and asks",
			host);
	else
		(void)snprintf(why, sizeof why,
			"its certificate is not trusted: self-signed, expired or for another name "
			"than %.200s (git's http.sslCAInfo names who signs)",
			host);
	git_error_set_str(GIT_ERROR_NET, why);
	return GIT_ECERTIFICATE;
}

/* After something came, or went. */
static bool asked_to_stop(struct asking *asking)
{
	asking->cancelled = !aside_tell(asking->aside) ||
			    (asking->options->cancelled != NULL && asking->options->cancelled());
	return asking->cancelled;
}

static int on_progress(const git_indexer_progress *progress, void *data)
{
	struct asking *asking = data;
	const struct repo_remote_options *options = asking->options;
	size_t objects;

	if ((options->objects_max > 0 && progress->total_objects > options->objects_max) ||
		(options->bytes_max > 0 && progress->received_bytes > options->bytes_max)) {
		asking->too_much = true;
		return GIT_EUSER;
	}
	objects = progress->indexed_objects + progress->indexed_deltas + progress->local_objects;
	if (asking->bytes == progress->received_bytes && asking->objects == objects)
		return 0; /* a server that says nothing is asked for how long */
	asking->bytes = progress->received_bytes;
	asking->objects = objects;
	return asked_to_stop(asking) ? GIT_EUSER : 0;
}

static int on_packing(int stage, uint32_t done, uint32_t all, void *data)
{
	(void)stage;
	(void)done;
	(void)all;
	return asked_to_stop(data) ? GIT_EUSER : 0;
}

static int on_sent(unsigned done, unsigned all, size_t bytes, void *data)
{
	(void)done;
	(void)all;
	(void)bytes;
	return asked_to_stop(data) ? GIT_EUSER : 0;
}

static int on_message(const char *text, int n, void *data)
{
	(void)text;
	(void)n;
	return asked_to_stop(data) ? GIT_EUSER : 0;
}

static int on_pushed(const char *reference, const char *status, void *data)
{
	struct asking *asking = data;

	(void)reference;
	if (status == NULL)
		return 0;
	(void)snprintf(asking->why, sizeof asking->why, "%.150s", status);
	asking->refused = asking->why;
	return 0;
}

static void callbacks_fill(git_remote_callbacks *callbacks, struct asking *asking)
{
	callbacks->credentials = on_credentials;
	callbacks->certificate_check = on_certificate;
	callbacks->pack_progress = on_packing;
	callbacks->push_transfer_progress = on_sent;
	callbacks->transfer_progress = on_progress;
	callbacks->sideband_progress = on_message;
	callbacks->push_update_reference = on_pushed;
	callbacks->payload = asking;
}

static void tell_verdict(struct asking *asking, int result)
{
	const struct repo_remote_options *options = asking->options;

	if (asking->secret_given && options->verdict != NULL &&
		(result == 0 || result == GIT_EAUTH))
		options->verdict(options->data, result == 0);
}

/* --- where --- */

int repo_set_remote(struct repo *repo, const char *url, struct err *err)
{
	git_remote *remote = NULL;
	int result;

	if (repo_check_url(url, err) != 0)
		return -1;
	result = git_remote_lookup(&remote, repo->git, "origin");
	if (result == 0) {
		bool same = strcmp(git_remote_url(remote), url) == 0;

		git_remote_free(remote);
		if (same)
			return 0;
		/* Nothing came from there yet: a slip of the fingers. */
		if (git_repository_head_unborn(repo->git) == 1 &&
			git_remote_set_url(repo->git, "origin", url) == 0)
			return 0;
		return REPO_TAKEN;
	}
	if (git_remote_create(&remote, repo->git, "origin", url) != 0)
		return repo_fail(err, ERR_FAILED, "cannot write down the address");
	git_remote_free(remote);
	return 0;
}

/* "main" of the branch that HEAD stands for, also of one without a commit. Malloc'd. */
static char *branch_name(struct repo *repo)
{
	git_reference *head = NULL;
	const char *target = NULL;
	char *name = NULL;

	if (git_reference_lookup(&head, repo->git, "HEAD") == 0)
		target = git_reference_symbolic_target(head);
	if (target != NULL && strncmp(target, "refs/heads/", 11) == 0)
		name = xstrdup(target + 11);
	git_reference_free(head);
	return name;
}

static char *upstream_remote(struct repo *repo)
{
	char *branch = branch_name(repo), *name = NULL;
	git_buf found = {0};
	struct buf full = BUF_INIT(4096);

	if (branch != NULL && buf_add_format(&full, "refs/heads/%s", branch) == 0 &&
		git_branch_upstream_remote(&found, repo->git, buf_text(&full)) == 0)
		name = xstrdup(found.ptr);
	git_buf_dispose(&found);
	buf_fini(&full);
	free(branch);
	return name;
}

char *repo_remote(struct repo *repo, char **url)
{
	char *name = upstream_remote(repo);
	git_remote *remote = NULL;
	git_strarray all = {0};

	if (name == NULL && git_remote_lookup(&remote, repo->git, "origin") == 0)
		name = xstrdup("origin");
	if (name == NULL && git_remote_list(&all, repo->git) == 0 && all.count == 1)
		name = xstrdup(all.strings[0]);
	git_strarray_dispose(&all);
	if (url != NULL && name != NULL) {
		if (remote == NULL && git_remote_lookup(&remote, repo->git, name) != 0)
			remote = NULL;
		*url = remote != NULL ? xstrdup(git_remote_url(remote)) : NULL;
	}
	git_remote_free(remote);
	git_error_clear();
	return name;
}

static int remote_open(struct repo *repo, git_remote **remote, struct err *err)
{
	char *name = repo_remote(repo, NULL);
	int result;

	*remote = NULL;
	if (name == NULL)
		return REPO_NO_REMOTE;
	result = git_remote_lookup(remote, repo->git, name);
	free(name);
	if (result != 0)
		return repo_fail(err, ERR_FAILED, "the remote repository");
	result = repo_check_url(git_remote_url(*remote), err);
	if (result == 0 && git_remote_pushurl(*remote) != NULL)
		result = repo_check_url(git_remote_pushurl(*remote), err);
	if (result != 0) {
		git_remote_free(*remote);
		*remote = NULL;
	}
	return result;
}

/* Whom git is told to trust besides this machine's own list. */
static int trust_own(struct repo *repo, struct err *err)
{
	const char *file = getenv("GIT_SSL_CAINFO");
	git_config *config = NULL;
	git_buf path = {0};
	int result = 0;

	if (file == NULL && git_repository_config(&config, repo->git) == 0 &&
		git_config_get_path(&path, config, "http.sslcainfo") == 0)
		file = path.ptr;
	if (file != NULL && git_libgit2_opts(GIT_OPT_SET_SSL_CERT_LOCATIONS, file, NULL) != 0)
		result = repo_fail(err, ERR_FAILED, "http.sslCAInfo");
	git_buf_dispose(&path);
	git_config_free(config);
	git_error_clear();
	return result;
}

/* --- fetching --- */

static int fetch(git_remote *remote, const struct repo_remote_options *options, struct aside *aside,
	struct err *err)
{
	struct asking asking = {.options = options, .aside = aside};
	git_fetch_options how;
	int result;

	if (git_fetch_options_init(&how, GIT_FETCH_OPTIONS_VERSION) != 0)
		return repo_fail(err, ERR_FAILED, "cannot fetch");
	callbacks_fill(&how.callbacks, &asking);
	how.proxy_opts.type = GIT_PROXY_AUTO;
	how.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
	how.download_tags = GIT_REMOTE_DOWNLOAD_TAGS_NONE;
	result = git_remote_fetch(remote, NULL, &how, "promptd: fetch");
	tell_verdict(&asking, result);
	if (result != 0 && asking.cancelled)
		return err_set(err, ERR_FAILED, "cancelled");
	if (result != 0 && asking.too_much)
		return err_set(err, ERR_LIMIT, "%.200s holds more than %zu objects or %zu MiB",
			git_remote_url(remote), options->objects_max, options->bytes_max >> 20);
	return result == 0 ? 0 : repo_fail(err, ERR_FAILED, git_remote_url(remote));
}

static bool lookup_id(struct repo *repo, const char *reference, char id[REPO_ID_BYTES])
{
	git_oid found;

	if (git_reference_name_to_id(&found, repo->git, reference) != 0) {
		git_error_clear();
		return false;
	}
	(void)git_oid_tostr(id, REPO_ID_BYTES, &found);
	return true;
}

/* The branch of the same name, or the one this branch was told to follow. */
static bool find_theirs(
	struct repo *repo, git_remote *remote, const char *branch, char theirs[REPO_ID_BYTES])
{
	struct buf name = BUF_INIT(4096);
	git_buf upstream = {0};
	bool found;

	(void)buf_add_format(&name, "refs/heads/%s", branch);
	found = git_branch_upstream_name(&upstream, repo->git, buf_text(&name)) == 0 &&
		lookup_id(repo, upstream.ptr, theirs);
	git_buf_dispose(&upstream);
	buf_clear(&name);
	(void)buf_add_format(&name, "refs/remotes/%s/%s", git_remote_name(remote), branch);
	found = found || lookup_id(repo, buf_text(&name), theirs);
	buf_fini(&name);
	git_error_clear();
	return found;
}

/* Nothing is here yet: this branch takes the name of the remote's first one. */
static bool take_first(struct repo *repo, git_remote *remote, char theirs[REPO_ID_BYTES])
{
	struct buf name = BUF_INIT(4096);
	git_reference *head = NULL;
	git_buf first = {0};
	bool found = false;

	if (git_remote_default_branch(&first, remote) == 0 &&
		strncmp(first.ptr, "refs/heads/", 11) == 0) {
		(void)buf_add_format(
			&name, "refs/remotes/%s/%s", git_remote_name(remote), first.ptr + 11);
		found = lookup_id(repo, buf_text(&name), theirs) &&
			git_reference_symbolic_create(
				&head, repo->git, "HEAD", first.ptr, 1, "promptd: clone") == 0;
	}
	git_reference_free(head);
	git_buf_dispose(&first);
	buf_fini(&name);
	return found;
}

/* What a child is to do. */
struct transfer {
	struct repo *repo;
	const struct repo_remote_options *options;
};

static int fetch_aside(void *data, struct aside *aside, char theirs[REPO_ID_BYTES], struct err *err)
{
	const struct transfer *transfer = data;
	struct repo *repo = transfer->repo;
	char *branch = branch_name(repo);
	git_remote *remote;
	int result = remote_open(repo, &remote, err);

	if (result == 0)
		result = trust_own(repo, err);
	if (result == 0)
		result = fetch(remote, transfer->options, aside, err);
	if (result == 0 && branch == NULL)
		result = err_set(err, ERR_REFUSED, "the repository is on no branch");
	if (result == 0 && git_repository_head_unborn(repo->git) == 1)
		result = take_first(repo, remote, theirs) ? 0 : REPO_UNKNOWN;
	else if (result == 0)
		result = find_theirs(repo, remote, branch, theirs) ? 0 : REPO_UNKNOWN;
	git_remote_free(remote);
	free(branch);
	return result;
}

static int go_aside(struct repo *repo, const struct repo_remote_options *options,
	aside_work_fn *work, char theirs[REPO_ID_BYTES], struct err *err)
{
	struct transfer transfer = {repo, options};
	struct aside_order order = {.repo = repo,
		.silence_s = options->silence_s,
		.cancelled = options->cancelled,
		.work = work,
		.data = &transfer};
	char *url = NULL, *remote = repo_remote(repo, &url);
	int result;

	order.name = url != NULL ? url : "the other place";
	result = remote != NULL ? aside_run(&order, theirs, err) : REPO_NO_REMOTE;
	free(remote);
	free(url);
	return result;
}

int repo_fetch(struct repo *repo, const struct repo_remote_options *options,
	char theirs[REPO_ID_BYTES], struct err *err)
{
	return go_aside(repo, options, fetch_aside, theirs, err);
}

int repo_known(struct repo *repo, char theirs[REPO_ID_BYTES], struct err *err)
{
	char *branch = branch_name(repo);
	git_remote *remote;
	int result = remote_open(repo, &remote, err);

	if (result == 0 && branch == NULL)
		result = err_set(err, ERR_REFUSED, "the repository is on no branch");
	if (result == 0)
		result = find_theirs(repo, remote, branch, theirs) ? 0 : REPO_UNKNOWN;
	git_remote_free(remote);
	free(branch);
	return result;
}

/* --- pushing --- */

static int push(git_remote *remote, const char *branch, const struct repo_remote_options *options,
	struct aside *aside, struct err *err)
{
	struct asking asking = {.options = options, .aside = aside};
	struct buf spec = BUF_INIT(8192);
	char *specs[1];
	git_strarray list = {specs, 1};
	git_push_options how;
	int result;

	if (git_push_options_init(&how, GIT_PUSH_OPTIONS_VERSION) != 0)
		return repo_fail(err, ERR_FAILED, "cannot push");
	callbacks_fill(&how.callbacks, &asking);
	how.proxy_opts.type = GIT_PROXY_AUTO;
	how.follow_redirects = GIT_REMOTE_REDIRECT_NONE;
	(void)buf_add_format(&spec, "refs/heads/%s:refs/heads/%s", branch, branch);
	specs[0] = buf_take(&spec);
	result = git_remote_push(remote, &list, &how);
	free(specs[0]);
	tell_verdict(&asking, result);
	if (result == GIT_ENONFASTFORWARD ||
		(asking.refused != NULL && (strstr(asking.refused, "fast") != NULL ||
						   strstr(asking.refused, "lock") != NULL)))
		return REPO_BEHIND;
	if (result != 0 && asking.cancelled)
		return err_set(err, ERR_FAILED, "cancelled");
	if (result == 0 && asking.refused != NULL)
		return err_set(err, ERR_REFUSED, "%s took nothing: %s", git_remote_url(remote),
			asking.refused);
	return result == 0 ? 0 : repo_fail(err, ERR_FAILED, git_remote_url(remote));
}

/* From now on `git pull` by hand knows as well where this branch is kept. */
static void set_upstream(struct repo *repo, git_remote *remote, const char *branch)
{
	git_reference *head = NULL;
	git_buf known = {0};
	struct buf name = BUF_INIT(4096);

	if (git_repository_head(&head, repo->git) == 0 &&
		git_branch_upstream_name(&known, repo->git, git_reference_name(head)) != 0 &&
		buf_add_format(&name, "%s/%s", git_remote_name(remote), branch) == 0)
		(void)git_branch_set_upstream(head, buf_text(&name)); /* a convenience */
	git_buf_dispose(&known);
	git_reference_free(head);
	buf_fini(&name);
	git_error_clear();
}

static int push_aside(void *data, struct aside *aside, char id[REPO_ID_BYTES], struct err *err)
{
	const struct transfer *transfer = data;
	struct repo *repo = transfer->repo;
	char *branch = branch_name(repo);
	git_remote *remote;
	int result = remote_open(repo, &remote, err);

	if (result == 0 && branch == NULL)
		result = err_set(err, ERR_REFUSED, "the repository is on no branch");
	if (result == 0 && git_repository_head_unborn(repo->git) == 1)
		result = err_set(err, ERR_REFUSED, "there is no commit yet to push");
	if (result == 0)
		result = trust_own(repo, err);
	if (result == 0)
		result = push(remote, branch, transfer->options, aside, err);
	if (result == 0)
		set_upstream(repo, remote, branch);
	id[0] = '\0';
	git_remote_free(remote);
	free(branch);
	return result;
}

int repo_push(struct repo *repo, const struct repo_remote_options *options, struct err *err)
{
	char ignored[REPO_ID_BYTES];

	return go_aside(repo, options, push_aside, ignored, err);
}
