#!/usr/bin/env python3
"""The hub's first whole way: people join, a prompt is proposed, reviewed and
approved, an agent follows the feed, usage is counted once. On each database.

    story.py PROGRAM DIRECTORY-OF-POSTGRES
"""
import sys
import tempfile

from hub_client import Hub, PASSWORD, Person, databases

TEXT = {"text": "Review {{code}}", "inputs": [{"name": "code", "type": "string",
                                              "required": True}]}


def check(what, so):
    if not so:
        raise AssertionError(what)


def doors_are_shut(hub):
    check("alive", hub.ask("GET", "/livez").status == 200)
    check("ready", hub.ask("GET", "/readyz").status == 200)
    check("no route", hub.ask("GET", "/nope").status == 404)
    wrong = hub.ask("DELETE", "/livez")
    check("no method", wrong.status == 405 and wrong.headers["Allow"] == "GET")
    stranger = hub.ask("GET", "/api/v1/prompts")
    check("unknown", stranger.status == 401 and stranger.code == "unauthenticated")
    check("bad token", hub.ask("GET", "/api/v1/me", token="ps_nonsense").status == 401)


def people_join(hub):
    invite = hub.invite()
    ann = Person(hub, "Ann", invite)
    again = hub.ask("POST", "/api/v1/auth/register", {
        "invite": invite, "email": "x@example.org", "name": "X", "password": PASSWORD})
    check("an invitation is good once", again.status == 404)
    weak = hub.ask("POST", "/api/v1/auth/register", {
        "invite": ann.ask("POST", "/invites", {"role": "consumer"}).json["invite"],
        "email": "x@example.org", "name": "X", "password": "aaaaaaaaaaaaaaa"})
    check("a weak password", weak.status == 422 and
          weak.json["error"]["details"]["field"] == "password")
    wrong = hub.ask("POST", "/api/v1/auth/login",
                    {"email": "ann@example.org", "password": "wrong wrong wrong"})
    check("a wrong password", wrong.status == 401)
    nobody = hub.ask("POST", "/api/v1/auth/login",
                     {"email": "nobody@example.org", "password": "wrong wrong wrong"})
    check("said the same", nobody.json == wrong.json)
    return ann, ann.invites("Ben", "contributor"), ann.invites("Cleo", "consumer")


def tokens_are_renewed_once(hub, ben):
    first = ben.refresh
    got = hub.ask("POST", "/api/v1/auth/refresh", {"refresh_token": first})
    check("renewed", got.status == 200)
    old = ben.token
    ben.token = got.json["access_token"]
    check("the old one is gone", hub.ask("GET", "/api/v1/me", token=old).status == 401)
    check("the new one is good", ben.ask("GET", "/me").status == 200)
    stolen = hub.ask("POST", "/api/v1/auth/refresh", {"refresh_token": first})
    check("used twice", stolen.status == 401)
    check("and all of them are gone", ben.ask("GET", "/me").status == 401)
    ben.login()


def a_prompt_is_approved(ann, ben, cleo):
    check("consumers make none", cleo.ask("POST", "/prompts", {
        "slug": "a/b", "title": "B", **TEXT}).status == 403)
    body = {"slug": "team/review", "title": "Review", "tags": ["review", "team"], **TEXT}
    made = ben.ask("POST", "/prompts", body, Idempotency_Key="k1")
    check("made", made.status == 201 and made.json["latest"] == 1)
    same = ben.ask("POST", "/prompts", body, Idempotency_Key="k1")
    check("asked twice, made once", same.status == 201 and same.json == made.json and
          same.headers["Idempotency-Replayed"] == "true")
    other = ben.ask("POST", "/prompts", {**body, "title": "Z"}, Idempotency_Key="k1")
    check("another request under its key", other.status == 422)
    check("no two of a name", ben.ask("POST", "/prompts", body).code == "exists")
    hidden = ben.ask("POST", "/prompts", {**body, "slug": "x/y", "text": "a\u202eb"})
    check("hidden characters", hidden.code == "hidden_characters")
    at = "/prompts/" + made.json["id"]
    check("a consumer sees no draft", cleo.ask("GET", at).status == 404)
    check("not under review", ann.ask("POST", at + "/versions/1/approve", {}).code ==
          "not_in_review")
    check("submitted", ben.ask("POST", at + "/versions/1/submit", {}).json["state"] ==
          "in_review")
    check("contributors approve nothing",
          ben.ask("POST", at + "/versions/1/approve", {}).status == 403)
    check("other bytes", ann.ask("POST", at + "/versions/1/approve",
                                 {"digest": "0" * 64}).code == "not_in_review")
    done = ann.ask("POST", at + "/versions/1/approve", {"comment": "fine"})
    check("approved", done.json["state"] == "approved")
    seen = cleo.ask("GET", at)
    check("a consumer sees it", seen.status == 200 and
          seen.json["active_version"]["messages"][0]["text"] == "Review {{code}}")
    check("in the list", len(cleo.ask("GET", "/prompts?tag=review").json["items"]) == 1 and
          not cleo.ask("GET", "/prompts?tag=nope").json["items"])
    steps = [row["action"] for row in ben.ask("GET", at + "/transitions").json["items"]]
    check("every step written down", steps == ["version.submit", "version.approve"])
    return at


def nobody_approves_their_own(ann):
    made = ann.ask("POST", "/prompts", {"slug": "own/one", "title": "O", **TEXT}).json
    at = "/prompts/" + made["id"]
    ann.ask("POST", at + "/versions/1/submit", {})
    got = ann.ask("POST", at + "/versions/1/approve", {})
    check("not even an admin", got.status == 403 and got.code == "own_version")


def an_agent_follows(cleo, ann, ben, at):
    first = cleo.ask("GET", "/sync")
    intent, put, commit = first.lines
    check("all of it", intent["code"] == "full" and commit["n"] == 1 and not commit["more"])
    check("with its text", put["slug"] == "team/review" and put["version"] == 1 and
          put["body"]["messages"][0]["text"] == "Review {{code}}")
    blob = cleo.ask("GET", "/blobs/" + put["digest"].replace(":", "-"))
    check("by its digest too", blob.json == put["body"])
    cursor = commit["cursor"]
    etag = cleo.ask("GET", "/sync?cursor=" + cursor).headers["ETag"]
    check("nothing new", cleo.ask("GET", "/sync?cursor=" + cursor,
                                  If_None_Match=etag).status == 304)
    check("a wrong cursor", cleo.ask("GET", "/sync?cursor=nonsense").code == "bad_cursor")
    check("no change without its ETag",
          ben.ask("PATCH", at, {"title": "R2"}).status == 428)
    check("nor with another", ben.ask("PATCH", at, {"title": "R2"},
                                      If_Match='"1"').status == 412)
    check("changed", ben.ask("PATCH", at, {"title": "R2"}, If_Match="*").status == 200)
    lines = cleo.ask("GET", "/sync?cursor=" + cursor, If_None_Match=etag).lines
    check("told", lines[0]["code"] == "changes" and lines[1]["meta"]["title"] == "R2")
    team = ann.ask("POST", "/teams", {"name": "Core"}).json["id"]
    ann.ask("PUT", f"/teams/{team}/members/{cleo.id}", {})
    lines = cleo.ask("GET", "/sync?cursor=" + lines[-1]["cursor"]).lines
    check("another scope, all of it", lines[0] == {"t": "intent", "code": "full",
                                                    "reason": "scope"})
    check("deleted", ann.ask("DELETE", at).status == 204)
    lines = cleo.ask("GET", "/sync?cursor=" + lines[-1]["cursor"]).lines
    check("and told", lines[1]["t"] == "del" and lines[1]["reason"] == "deleted")
    check("and gone", cleo.ask("GET", at).status == 404)
    anew = ben.ask("POST", "/prompts", {"slug": "team/review", "title": "Anew", **TEXT})
    check("its name is free", anew.status == 201 and
          ben.ask("GET", "/prompts/" + anew.json["id"]).json["title"] == "Anew")


def usage_is_counted_once(cleo, at):
    event = ('{"event_id":"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5e","occurred_at":'
             '"2026-11-21T08:15:30Z","prompt_id":"%s","version":1,"client_type":"mcp",'
             '"client_name":"codex","action":"get","outcome":"ok"}\n' % at.split("/")[-1])
    bad = event.replace("4d5e", "4d5f").replace('"get"', '"sing"')
    got = cleo.ask("POST", "/usage:batch", (event + bad).encode()).json
    check("accepted", len(got["accepted"]) == 1 and got["rejected"][0]["code"] == "action")
    got = cleo.ask("POST", "/usage:batch", event.encode()).json
    check("known", not got["accepted"] and len(got["duplicate"]) == 1)


def a_device_signs_in(hub, cleo):
    code = hub.ask("POST", "/api/v1/auth/device", {"device_name": "laptop"}).json
    take = {"device_code": code["device_code"]}
    wait = hub.ask("POST", "/api/v1/auth/device/token", take)
    check("not yet", wait.status == 400 and wait.code == "authorization_pending")
    check("approved", cleo.ask("POST", "/auth/device/approve",
                               {"user_code": code["user_code"]}).status == 204)
    got = hub.ask("POST", "/api/v1/auth/device/token", take)
    check("given", got.status == 200)
    me = hub.ask("GET", "/api/v1/me", token=got.json["access_token"])
    check("it is Cleo's", me.json["id"] == cleo.id and "admin" not in me.json["scopes"])
    check("once", hub.ask("POST", "/api/v1/auth/device/token", take).status == 400)


def keys_give_no_more_than_one_has(hub, cleo):
    check("no admin's key", cleo.ask("POST", "/keys", {
        "name": "k", "scopes": "read admin"}).status == 403)
    key = cleo.ask("POST", "/keys", {"name": "k", "scopes": "read"}).json
    check("reads", hub.ask("GET", "/api/v1/me", token=key["key"]).status == 200)
    check("does not sync", hub.ask("GET", "/api/v1/sync", token=key["key"]).code == "scope")
    check("is taken back", cleo.ask("DELETE", "/keys/" + key["id"]).status == 204)
    check("and does nothing then", hub.ask("GET", "/api/v1/me", token=key["key"]).status == 401)


def a_wrong_value_is_named(hub):
    for option, value in (("--listen", "nonsense"), ("--workers", "99")):
        done = hub.run("serve", option, value, ok=False)
        check(option, done.returncode == 2 and option in done.stderr)


def story(hub):
    a_wrong_value_is_named(hub)
    doors_are_shut(hub)
    ann, ben, cleo = people_join(hub)
    tokens_are_renewed_once(hub, ben)
    at = a_prompt_is_approved(ann, ben, cleo)
    nobody_approves_their_own(ann)
    an_agent_follows(cleo, ann, ben, at)
    usage_is_counted_once(cleo, at)
    a_device_signs_in(hub, cleo)
    keys_give_no_more_than_one_has(hub, cleo)
    check("the last admin stays", ann.ask("PATCH", "/users/" + ann.id,
                                          {"role": "consumer"}).code == "last_admin")
    ann.ask("PATCH", "/users/" + cleo.id, {"active": False})
    check("who left has no token", cleo.ask("GET", "/me").status == 401)
    check("admins read the audit log", ann.ask("GET", "/audit?limit=2").json["next"])
    check("it ends when told", hub.stop() == 0)
    check("the audit chain is whole", "whole" in hub.run("audit", "verify").stdout)
    check("nothing went wrong inside", "request.failed" not in hub.said())


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(sys.argv[1], url) as hub:
                try:
                    story(hub)
                except AssertionError:
                    print(hub.said()[-3000:])
                    raise
            print("ok", name)


main()
