#!/usr/bin/env python3
"""The rest of the hub's routes: tags, collections, search, executions, templates,
figures, accounts, the configuration. On each database.

    rest.py PROGRAM DIRECTORY-OF-POSTGRES
"""
import concurrent.futures
import sys
import tempfile
import urllib.parse

from hub_client import Hub, PASSWORD, Person, databases, number, sql


def check(what, so):
    if not so:
        raise AssertionError(what)


def status(got, *wanted):
    check(f"{got.status} and not {wanted}: {got.text}", got.status in wanted)
    return got


class World:
    """A hub, an admin, an owner, a contributor, a consumer, and what they make."""

    def __init__(self, hub):
        self.hub = hub
        self.ann = Person(hub, "Ann", hub.invite())
        self.team = status(self.ann.ask("POST", "/teams", {"name": "Core"}), 201).json["id"]
        self.olga = self.ann.invites("Olga", "prompt_owner")
        self.ben = self.ann.invites("Ben", "contributor")
        self.cleo = self.ann.invites("Cleo", "consumer")

    def make(self, slug, title, text, who=None, **more):
        got = (who or self.ben).ask("POST", "/prompts", {"slug": slug, "title": title,
                                                         "text": text, **more})
        return "/prompts/" + status(got, 201).json["id"]

    def approve(self, at, version=1):
        way = f"{at}/versions/{version}"
        status(self.ben.ask("POST", way + "/submit", {}), 200)
        status(self.ann.ask("POST", way + "/approve", {}), 200)

    def publish(self, slug, title, text, **more):
        at = self.make(slug, title, text, **more)
        self.approve(at)
        return at


def find(who, query, **filters):
    """Slugs, in their order, over pages of two."""
    slugs, cursor = [], ""
    while cursor is not None:
        words = {"q": query, "limit": 2, **filters}
        if cursor:
            words["cursor"] = cursor
        page = status(who.ask("GET", "/prompts?" + urllib.parse.urlencode(words)), 200).json
        slugs += [row["slug"] for row in page["items"]]
        cursor = page["next"]
        check("each once", len(slugs) == len(set(slugs)) and len(slugs) < 1000)
    return slugs


def words_are_found(world):
    world.publish("find/body", "Weather", "The zebra crosses the Übergang and naïve cafés.")
    world.publish("find/tagged", "Clouds", "Nothing here.", tags=["zebra"])
    world.publish("find/told", "Rain", "Nothing here.", description="about a zebra")
    world.publish("find/zebra-walk", "Walk", "Nothing here.")
    world.publish("find/titled", "A zebra for two", "Nothing here.")
    world.publish("find/exact", "Zebra", "Nothing here.")
    draft = world.make("find/draft", "Secret plan", "A zebra nobody has approved.")
    for who in (world.cleo, world.ben, world.ann):
        found = find(who, "zebra")
        check(found, found[0] == "find/exact" and
              found[1:] == ["find/titled", "find/zebra-walk", "find/told", "find/tagged",
                            "find/body"])
    check("prefix of the last word", find(world.cleo, "zeb") ==
          find(world.cleo, "zebra")[:5] or find(world.cleo, "zeb"))
    check("a short one is not looked for in texts", "find/body" not in find(world.cleo, "z"))
    check("a long one is", find(world.cleo, "uberg") == ["find/body"])
    check("a word that is over is whole", find(world.cleo, "zebr ") == [])
    check("case and accents are off", find(world.cleo, "ÜBERGANG Naive CAFÉS") == ["find/body"])
    check("over title and text", find(world.cleo, "weather zebra") == ["find/body"])
    check("all words", find(world.cleo, "zebra nowhere") == [])
    check("signs are no words", find(world.cleo, "--- !!") == [])
    check("nor syntax", find(world.cleo, 'zebra" OR "nothing') == [] and
          find(world.cleo, "zebra' | !x:*") == [])
    check("filters go with it", find(world.cleo, "zebra", tag="zebra") == ["find/tagged"])
    check("authors find a draft by its title", find(world.ben, "secret plan") == ["find/draft"])
    check("nobody by its text", "find/draft" not in find(world.ann, "nobody approved"))
    check("consumers not at all", find(world.cleo, "secret plan") == [])
    world.approve(draft)
    check("and then they do", "find/draft" in find(world.cleo, "nobody approved"))
    status(world.ann.ask("POST", draft + "/deprecate", {}), 200)
    check("not what is withdrawn", find(world.cleo, "nobody approved") == [])
    status(world.ann.ask("DELETE", draft), 204)
    check("nor deleted", find(world.ann, "secret plan") == [])
    bad = world.cleo.ask("GET", "/prompts?q=zebra&cursor=9.9")
    check("a cursor of ours", bad.status == 400 and bad.code == "bad_cursor")


def other_names(world):
    at = world.publish("names/one", "Names", "Names.", aliases=["cr", "short/name"])
    check("told", Feed(world.cleo).first[at.split("/")[-1]]["meta"]["aliases"] ==
          ["cr", "short/name"])
    check("found by", find(world.cleo, "short name") == ["names/one"])
    for aliases in (["No good"], "cr", ["a/../b"], [1], ["x"] * 33):
        got = world.ben.ask("PATCH", at, {"aliases": aliases}, If_Match="*")
        check(aliases, got.status == 422 and got.json["error"]["details"]["field"] == "aliases")
    got = status(world.ben.ask("PATCH", at, {"aliases": ["rc"]}, If_Match="*"), 200).json
    check("all of them", got["aliases"] == ["rc"] and find(world.cleo, "short name") == [])


def languages_without_blanks(world):
    world.publish("find/kanji", "翻訳の助手", "日本語の文章を英語に翻訳してください。")
    check("by characters", find(world.cleo, "翻訳") == ["find/kanji"])
    check("in the text", find(world.cleo, "文章を英語") == ["find/kanji"])
    check("not what is not there", find(world.cleo, "中国") == [])


def lists_are_filtered(world):
    def slugs(who, **words):
        got = who.ask("GET", "/prompts?limit=200&" + urllib.parse.urlencode(words))
        return {row["slug"] for row in status(got, 200).json["items"]}
    world.make("list/draft", "D", "Draft.")
    world.publish("list/good", "G", "Good.", who=world.ben, tags=["b", "a"])
    check("state", "list/draft" in slugs(world.ben, status="draft") and
          "list/good" not in slugs(world.ben, status="draft"))
    check("a consumer's is approved", slugs(world.cleo, status="draft") == set() and
          "list/good" in slugs(world.cleo, status="approved"))
    check("owner", "list/good" in slugs(world.ben, owner="me") and
          slugs(world.ann, owner="me") == set())
    check("no such state", world.ben.ask("GET", "/prompts?status=x").code == "bad_filter")
    check("no such channel", world.ben.ask("GET", "/prompts?channel=x").code == "bad_filter")
    good = [row for row in world.ben.ask("GET", "/prompts?limit=200").json["items"]
            if row["slug"] == "list/good"][0]["id"]
    status(world.ann.ask("POST", f"/prompts/{good}/activate",
                         {"channel": "staging", "version": 1}), 200)
    check("channel", slugs(world.ben, channel="staging") == {"list/good"} and
          slugs(world.cleo, channel="staging") == set())
    page = world.cleo.ask("GET", "/prompts?limit=200").json["items"]
    row = [row for row in page if row["slug"] == "list/good"][0]
    check(row, row["tags"] == ["a", "b"] and row["latest"] == 1 and row["active"] == 1 and
          row["state"] == "approved" and len(row["digest"]) == 64)
    status(world.ben.ask("POST", f"/prompts/{row['id']}/versions", {"text": "Better."}), 201)
    page = world.cleo.ask("GET", "/prompts?limit=200").json["items"]
    row = [row for row in page if row["slug"] == "list/good"][0]
    check("a consumer hears of no draft", row["latest"] == 1 and row["state"] == "approved")


def changed_by_one_at_a_time(world):
    at = world.make("match/one", "One", "Text one.", tags=["x"])
    seen = status(world.ben.ask("GET", at), 200)
    etag = seen.headers["ETag"]
    check("known", world.ben.ask("GET", at, If_None_Match=etag).status == 304)
    body = {"title": "Two", "text": "Text one."}
    check("PUT wants it", world.ben.ask("PUT", at, body).code == "if_match")
    check("stale", world.ben.ask("PUT", at, body, If_Match='"999"').code == "changed")
    got = status(world.ben.ask("PUT", at, body, If_Match=f'"999", {etag}'), 200)
    check("all of it anew", got.json["title"] == "Two" and got.json["tags"] == [] and
          got.json["latest"] == 1)
    check("another ETag", got.headers["ETag"] != etag)
    got = world.ben.ask("PUT", at, {"title": "Two", "text": "Text two."}, If_Match="*")
    check("another text is another version", status(got, 200).json["latest"] == 2 and
          got.json["latest_version"]["number"] == 2)
    check("a consumer may not", world.cleo.ask("PUT", at, body, If_Match="*").status == 403)
    check("stale", world.ben.ask("DELETE", at, If_Match=etag).status == 412)
    status(world.ben.ask("DELETE", at, If_Match=got.headers["ETag"]), 204)


def once_for_a_key(world):
    body = {"slug": "once/one", "title": "O", "text": "Once."}
    first = status(world.ben.ask("POST", "/prompts", body, Idempotency_Key="k1"), 201)
    again = status(world.ben.ask("POST", "/prompts", body, Idempotency_Key="k1"), 201)
    check("the same", again.json == first.json and again.headers["Idempotency-Replayed"])
    other = world.ben.ask("POST", "/prompts", {**body, "title": "P"}, Idempotency_Key="k1")
    check("another body", other.status == 422 and other.code == "idempotency_key")
    mine = world.olga.ask("POST", "/prompts", {**body, "slug": "once/two"},
                          Idempotency_Key="k1")
    check("another's key is another", mine.status == 201)
    refused = world.ben.ask("POST", "/prompts", body, Idempotency_Key="k2")
    check("what failed", refused.status == 409 and refused.code == "exists")
    key = {"name": "k", "scopes": "read"}
    status(world.ben.ask("POST", "/keys", key, Idempotency_Key="k3"), 201)
    check("a secret is shown once", world.ben.ask(
        "POST", "/keys", key, Idempotency_Key="k3").code == "shown_once")
    check("and made once", len([row for row in world.ben.ask("GET", "/keys").json["items"]
                                if row["name"] == "k"]) == 1)


class Feed:
    """What an agent of somebody's would be told since it last asked."""

    def __init__(self, who, more=""):
        self.who, self.cursor, self.more = who, "", more
        self.cursors = []
        self.first = self.news()

    def news(self):
        got = {}
        while True:
            lines = status(self.who.ask("GET", "/sync?cursor=" + self.cursor + self.more),
                           200).lines
            got.update({line["id"]: line for line in lines[1:-1]})
            self.cursor = lines[-1]["cursor"]
            self.cursors.append(self.cursor)
            if not lines[-1]["more"]:
                return got


def tags_and_collections(world):
    feed = Feed(world.cleo)
    tag = status(world.ben.ask("POST", "/tags", {"name": "green", "colour": "#0f0"}), 201)
    check("once", world.ben.ask("POST", "/tags", {"name": "green"}).code == "exists")
    at = world.publish("groups/one", "One", "One.")
    world.make("groups/draft", "Draft", "Draft.", tags=["green"])
    feed.news()
    status(world.ben.ask("PUT", at + "/tags/green"), 200)
    check("told", feed.news()[at.split("/")[-1]]["meta"]["tags"] == ["green"])
    status(world.ben.ask("PUT", at + "/tags/green"), 200)
    check("nothing new", feed.news() == {})
    check("no such tag", world.ben.ask("PUT", at + "/tags/blue").status == 404)
    way = "/tags/" + tag.json["id"]
    check("contributors rename none", world.ben.ask(
        "PATCH", way, {"name": "lime"}, If_Match="*").status == 403)
    check("If-Match", world.olga.ask("PATCH", way, {"name": "lime"}).status == 428)
    got = status(world.olga.ask("PATCH", way, {"name": "lime"},
                                If_Match=tag.headers["ETag"]), 200)
    check("renamed", got.json["name"] == "lime" and got.json["colour"] == "#0f0")
    news = feed.news()
    check(news, list(news) == [at.split("/")[-1]] and
          news[at.split("/")[-1]]["meta"]["tags"] == ["lime"])
    check("found by it", find(world.cleo, "lime") == ["groups/one"] and
          find(world.cleo, "green") == [])
    status(world.olga.ask("DELETE", way), 204)
    check("told", feed.news()[at.split("/")[-1]]["meta"]["tags"] == [])
    check("found no more", find(world.cleo, "lime") == [])
    status(world.olga.ask("GET", way), 404)

    made = status(world.olga.ask("POST", "/collections", {"name": "Shelf"}), 201).json
    way = "/collections/" + made["id"]
    check("owners make them", world.ben.ask("POST", "/collections",
                                            {"name": "S"}).status == 403)
    status(world.ben.ask("PATCH", at, {"collection_id": made["id"]}, If_Match="*"), 200)
    check("told", feed.news()[at.split("/")[-1]]["meta"]["collection"] == "Shelf")
    status(world.olga.ask("PATCH", way, {"description": "d"}, If_Match="*"), 200)
    check("not of what agents do not see", feed.news() == {})
    status(world.olga.ask("PATCH", way, {"name": "Board"}, If_Match="*"), 200)
    check("told", feed.news()[at.split("/")[-1]]["meta"]["collection"] == "Board")
    listed = world.cleo.ask("GET", "/prompts?collection=" + made["id"]).json["items"]
    check("listed", [row["slug"] for row in listed] == ["groups/one"])
    status(world.olga.ask("DELETE", way), 204)
    check("told", feed.news()[at.split("/")[-1]]["meta"]["collection"] is None)
    check("the prompt stays", world.cleo.ask("GET", at).json["collection_id"] is None)
    names = [row["name"] for row in world.cleo.ask("GET", "/tags?limit=200").json["items"]]
    check("in their order", names == sorted(names))


def executions_are_rated(world):
    at = world.publish("run/one", "Run", "Run.")
    for rating in (0, 6, "5", 2.5):
        check(rating, world.cleo.ask("POST", at + "/executions",
                                     {"rating": rating}).status == 422)
    made = status(world.cleo.ask("POST", at + "/executions", {
        "rating": 4, "model": "m-1", "notes": "went well"}), 201).json
    check(made, made["version"] == 1 and made["success"] is True and made["rating"] == 4)
    status(world.ben.ask("POST", at + "/executions", {"success": False, "model": "m-1"}), 201)
    check("no such version", world.cleo.ask("POST", at + "/executions",
                                            {"version": 9}).status == 422)
    check("one's own", [row["rating"] for row in world.cleo.ask(
        "GET", at + "/executions").json["items"]] == [4])
    page = world.ben.ask("GET", at + "/executions?limit=1").json
    rest = world.ben.ask("GET", at + "/executions?limit=1&cursor=" + page["next"]).json
    check("the newest first", page["items"][0]["success"] is False and
          rest["items"][0]["rating"] == 4 and rest["next"] is None)
    stats = status(world.olga.ask("GET", "/stats"), 200).json
    check(stats, {"rating": 4, "count": 1} in stats["ratings"] and
          stats["models"][0] == {"model": "m-1", "executions": 2, "failures": 1} and
          stats["failing_prompts"][0]["slug"] == "run/one")
    check("not for consumers", world.cleo.ask("GET", "/stats").status == 403)
    check("bounded", world.olga.ask("GET", "/stats?from=2020-01-01").code == "bad_range")


def figures_of_use(world):
    at = world.publish("used/one", "Used", "Used.")
    status(world.ann.ask("PUT", f"/teams/{world.team}/members/{world.cleo.id}", {}), 204)
    event = ('{"event_id":"01938a3e-7c1f-7d2a-9e37-5a1f2b3c4d5%d","occurred_at":'
             '"2026-11-21T08:15:30Z","prompt_id":"%s","version":1,"client_type":"mcp",'
             '"client_name":"codex","action":"get","outcome":"%s"}\n')
    lines = "".join(event % (n, at.split("/")[-1], "error" if n == 0 else "ok")
                    for n in range(3))
    check("taken", len(status(world.cleo.ask("POST", "/usage:batch", lines.encode()),
                              200).json["accepted"]) == 3)
    stats = status(world.ann.ask("GET", "/stats?from=2026-11-21&to=2026-11-21"), 200).json
    check(stats, stats["top_prompts"][0]["slug"] == "used/one" and
          stats["top_prompts"][0]["uses"] == 3 and stats["teams"][0]["name"] == "Core" and
          stats["teams"][0]["people"] == 1 and stats["totals"]["errors"] == 1)
    check("another day", status(world.ann.ask(
        "GET", "/stats?from=2026-11-19&to=2026-11-20"), 200).json["top_prompts"] == [])
    status(world.olga.ask("PATCH", at, {"flags": "unsafe"}, If_Match="*"), 403)
    status(world.ann.ask("PATCH", at, {"flags": "unsafe"}, If_Match="*"), 200)
    check("flagged", [row["slug"] for row in world.ann.ask("GET", "/stats").json["flagged"]]
          == ["used/one"])
    check("a flag of ours", world.ann.ask("PATCH", at, {"flags": "x"},
                                          If_Match="*").status == 422)


def templates_are_filled_in(world):
    at = world.publish("fill/part", "Part", "a part")
    at = world.publish("fill/one", "Fill", "Say {{what}} {{n}} times. {{> fill/part}}", inputs=[
        {"name": "what", "type": "string", "required": True},
        {"name": "n", "type": "integer", "default": 2}])
    listed = [row for row in world.cleo.ask("GET", "/templates").json["items"]
              if row["slug"] == "fill/one"]
    check(listed, [inp["name"] for inp in listed[0]["inputs"]] == ["what", "n"])
    way = at.replace("/prompts/", "/templates/") + "/instantiate"
    got = status(world.cleo.ask("POST", way, {"values": {"what": "{{n}}"}}), 200).json
    check(got, got["messages"] == [{"role": "user", "text": "Say {{n}} 2 times. a part"}])
    missing = world.cleo.ask("POST", way, {})
    check(missing.text, missing.code == "values_missing" and
          missing.json["error"]["details"]["missing"] == ["what"])
    wrong = world.cleo.ask("POST", way, {"values": {"what": "x", "n": "many"}})
    check("a type", wrong.status == 422 and wrong.json["error"]["details"]["field"] == "values")
    check("a name", world.cleo.ask("POST", way, {"values": {"what": "x", "z": 1}}).status == 422)
    status(world.ben.ask("POST", at + "/versions", {"text": "New."}), 201)
    check("consumers render no draft", world.cleo.ask("POST", way, {
        "values": {"what": "x"}, "version": 2}).status == 404)
    got = status(world.ben.ask("POST", way, {"version": 2}), 200).json
    check("authors do", got["messages"][0]["text"] == "New.")


def the_door_is_kept(world):
    secret = "gh" + "p_" + "".join("bC3dE5fG7h"[i * 7 % 10] + "Jk9Lm"[i % 5] for i in range(18))
    body = {"slug": "door/one", "title": "D", "text": f"One.\nUse \u00e4 {secret} here."}
    got = world.ben.ask("POST", "/prompts", body)
    details = got.json["error"]["details"]
    check(got.text, got.code == "secret_found" and secret not in got.text and
          details == {"field": "text", "kind": "github_token", "line": 2, "column": 7})
    for member in ("title", "description", "message"):
        got = world.ben.ask("POST", "/prompts", {**body, "text": "Fine.", member: secret})
        check(member, got.code == "secret_found" and
              got.json["error"]["details"]["field"] == member)
    inputs = [{"name": "x", "type": "string", "default": secret}]
    check("inputs", world.ben.ask("POST", "/prompts", {
        **body, "text": "Fine.", "inputs": inputs}).code == "secret_found")
    check("parameters", world.ben.ask("POST", "/prompts", {
        **body, "text": "Fine.", "parameters": {"k": secret}}).code == "secret_found")
    hidden = world.ben.ask("POST", "/prompts", {**body, "text": "a\nb\u202ec"})
    check(hidden.text, hidden.code == "hidden_characters" and
          hidden.json["error"]["details"]["line"] == 2 and
          hidden.json["error"]["details"]["column"] == 2)
    body["allow_secrets"] = True
    check("admins alone let it in", world.ben.ask("POST", "/prompts", body).status == 403)
    made = status(world.ann.ask("POST", "/prompts", body), 201)
    check("and it is flagged", made.json["flags"] == "secret")
    got = world.ann.ask("GET", "/audit?limit=10")
    check("and written down", "content.allowed" in got.text and secret not in got.text)
    check("flagged", "door/one" in [row["slug"] for row in
                                    world.ann.ask("GET", "/stats").json["flagged"]])


def accounts(world):
    dan = world.ann.invites("Dan", "consumer")
    check("renamed", dan.ask("PATCH", "/me", {"name": "Daniel"}).json["name"] == "Daniel")
    first = dan.token
    dan.login()
    rows = dan.ask("GET", "/sessions").json["items"]
    check(rows, len(rows) == 2 and [row["current"] for row in rows] == [False, True])
    status(dan.ask("DELETE", "/sessions/" + rows[0]["id"]), 204)
    check("at once", world.hub.ask("GET", "/api/v1/me", token=first).status == 401)
    status(dan.ask("DELETE", "/sessions/" + rows[0]["id"]), 404)
    old, refresh = dan.token, dan.refresh
    dan.login()
    weak = dan.ask("POST", "/me/password", {"current": PASSWORD, "password": "short"})
    check("weak", weak.status == 422)
    wrong = dan.ask("POST", "/me/password", {"current": "wrong wrong wrong",
                                             "password": PASSWORD + " two"})
    check("the current one", wrong.status == 403 and wrong.code == "password")
    status(dan.ask("POST", "/me/password", {"current": PASSWORD,
                                            "password": PASSWORD + " two"}), 204)
    check("elsewhere one is out", world.hub.ask("GET", "/api/v1/me", token=old).status == 401)
    check("and stays out", world.hub.ask("POST", "/api/v1/auth/refresh", {
        "refresh_token": refresh}).status == 401)
    check("here one is in", dan.ask("GET", "/me").status == 200)
    check("the new one", world.hub.ask("POST", "/api/v1/auth/login", {
        "email": dan.email, "password": PASSWORD}).status == 401)
    status(world.ann.ask("DELETE", "/users/" + dan.id), 200)
    check("let go", dan.ask("GET", "/me").status == 401)
    fay = world.ann.invites("Fay", "admin")
    token = fay.ask("POST", "/invites", {"role": "admin"}).json["invite"]
    status(world.ann.ask("DELETE", "/users/" + fay.id, {"role": "consumer"}), 200)
    check("as they were", world.ann.ask("GET", "/users/" + fay.id).json["role"] == "admin")
    check("no door is left open", world.hub.ask("POST", "/api/v1/auth/register", {
        "invite": token, "email": "g@example.org", "name": "G",
        "password": PASSWORD}).status == 404)
    check("no way in", world.hub.ask("POST", "/api/v1/auth/login", {
        "email": dan.email, "password": PASSWORD + " two"}).status == 401)


def a_lost_device_is_out(world):
    code = world.hub.ask("POST", "/api/v1/auth/device", {"device_name": "lost"}).json
    world.cleo.ask("POST", "/auth/device/approve", {"user_code": code["user_code"]})
    got = world.hub.ask("POST", "/api/v1/auth/device/token",
                        {"device_code": code["device_code"]}).json
    row = [row for row in world.cleo.ask("GET", "/keys").json["items"]
           if row["name"] == "lost"][0]
    status(world.cleo.ask("DELETE", "/keys/" + row["id"]), 204)
    check("its token", world.hub.ask("GET", "/api/v1/me",
                                     token=got["access_token"]).status == 401)
    check("and the next", world.hub.ask("POST", "/api/v1/auth/refresh", {
        "refresh_token": got["refresh_token"]}).status == 401)


def a_token_is_renewed_once(world):
    def renew(token):
        return world.hub.ask("POST", "/api/v1/auth/refresh", {"refresh_token": token}).status
    with concurrent.futures.ThreadPoolExecutor(6) as pool:
        for _ in range(10):
            world.cleo.login()
            got = sorted(pool.map(renew, [world.cleo.refresh] * 6))
            check(got, got == [200] + [401] * 5)
    world.cleo.login()


def a_stolen_token_is_out_at_once(world):
    """Also for who asks only whether there is anything new, which is answered quickly."""
    def renew(token):
        return world.hub.ask("POST", "/api/v1/auth/refresh", {"refresh_token": token})
    for _ in range(5):
        world.cleo.login()
        mine = renew(world.cleo.refresh).json["access_token"]

        def news(cursor, etag):
            return world.hub.ask("GET", "/api/v1/sync?cursor=" + cursor, token=mine,
                                 If_None_Match=etag)
        got = status(news("", "x"), 200)
        cursor, etag = got.lines[-1]["cursor"], got.headers["ETag"]
        while got.lines[-1]["more"]:
            got = news(cursor, "x")
            cursor, etag = got.lines[-1]["cursor"], got.headers["ETag"]
        status(news(cursor, etag), 304)
        status(renew(world.cleo.refresh), 401)
        status(news(cursor, etag), 401)
    world.cleo.login()


def what_has_expired_goes(world):
    expired = "FROM credential WHERE expires_ms < 1000"
    world.cleo.login()
    sql(world.hub.database, f"UPDATE credential SET expires_ms = 1 WHERE user_id = "
        f"'{world.cleo.id}'")
    check("there", number(world.hub.database, "SELECT count(*) " + expired) > 1)
    check("good for nothing", world.cleo.ask("GET", "/me").status == 401)
    world.cleo.login()
    check("gone", number(world.hub.database, "SELECT count(*) " + expired) == 0)
    check("in", world.cleo.ask("GET", "/me").status == 200)


def nobody_is_in_too_many_teams(world):
    eli = world.ann.invites("Eli", "consumer")
    ways = ["/teams/" + status(world.ann.ask("POST", "/teams", {"name": f"T{i}"}), 201).json["id"]
            + "/members/" + eli.id for i in range(65)]
    for way in ways[:64]:
        status(world.ann.ask("PUT", way, {}), 204)
    status(world.ann.ask("PUT", ways[0], {}), 204)
    check("no more", world.ann.ask("PUT", ways[64], {}).code == "too_many_teams")
    check("and still in", len(status(eli.ask("GET", "/me"), 200).json["teams"]) == 64)
    status(world.ann.ask("DELETE", ways[0]), 204)
    status(world.ann.ask("PUT", ways[64], {}), 204)


def a_full_feed_begins_again(world):
    """Who may see more in the middle of it is told of what stands before the middle."""
    team = status(world.ann.ask("POST", "/teams", {"name": "Late"}), 201).json["id"]
    status(world.ann.ask("PUT", f"/teams/{team}/members/{world.ben.id}", {}), 204)
    at = world.publish("late/one", "L", "Late.", team_id=team)
    for name in ("two", "three", "four"):
        world.publish("late/" + name, "L", "Later.")
    feed = Feed(world.cleo, "&limit=1")
    check("not yet", at.split("/")[-1] not in feed.first and len(feed.cursors) > 2)
    status(world.ann.ask("PUT", f"/teams/{team}/members/{world.cleo.id}", {}), 204)
    feed.cursor = feed.cursors[-2]
    check("of the one before", feed.cursor.endswith(".f"))
    check("all of it", feed.news().keys() == {*feed.first, at.split("/")[-1]})


def an_address_is_folded_in_one_way(world):
    world.hub.run("user", "add", "ÉVA@Example.org", text=PASSWORD + "\n")
    world.hub.run("user", "role", "ÉVA@Example.org", "contributor")
    check("signed in", status(world.hub.ask("POST", "/api/v1/auth/login", {
        "email": "ÉVa@example.ORG", "password": PASSWORD}), 200))


def teams_and_invites(world):
    team = status(world.ann.ask("POST", "/teams", {"name": "Temp"}), 201).json["id"]
    way = "/teams/" + team
    at = world.make("temp/one", "T", "T.", who=world.ann, team_id=team)
    check("not empty", world.ann.ask("DELETE", way).code == "not_empty")
    status(world.ann.ask("PATCH", way, {"name": "Tmp"}, If_Match="*"), 200)
    status(world.ann.ask("PUT", f"{way}/members/{world.ben.id}", {}), 204)
    check("members", [row["id"] for row in world.ben.ask("GET", way + "/members").json["items"]]
          == [world.ben.id])
    check("of others", world.cleo.ask("GET", way + "/members").status == 403)
    status(world.ann.ask("DELETE", at), 204)
    status(world.ann.ask("DELETE", way), 204)
    status(world.ann.ask("GET", way), 404)
    token = world.ann.ask("POST", "/invites", {"role": "admin"}).json["invite"]
    row = world.ann.ask("GET", "/invites").json["items"][-1]
    rows = [row for row in world.ann.ask("GET", "/invites").json["items"]
            if row["role"] == "admin" and row["created_by"] == world.ann.id]
    check(rows, len(rows) == 1 and token not in str(row))
    status(world.ann.ask("DELETE", "/invites/" + rows[0]["id"]), 204)
    check("taken back", world.hub.ask("POST", "/api/v1/auth/register", {
        "invite": token, "email": "e@example.org", "name": "E",
        "password": PASSWORD}).status == 404)


def the_configuration(world):
    got = status(world.ann.ask("GET", "/config"), 200)
    check("for admins", world.olga.ask("GET", "/config").status == 403)
    check("If-Match", world.ann.ask("PATCH", "/config", {"approval": "strict"}).status == 428)
    check("known words", world.ann.ask("PATCH", "/config", {"approval": "none"},
                                       If_Match="*").status == 422)
    status(world.ann.ask("PATCH", "/config", {"approval": "strict"},
                         If_Match=got.headers["ETag"]), 200)
    at = world.make("strict/one", "S", "S.")
    status(world.ben.ask("POST", at + "/versions/1/submit", {}), 200)
    got = status(world.ann.ask("POST", at + "/versions/1/approve", {}), 200).json
    check("one is not enough", got["state"] == "in_review")
    again = world.ben.ask("POST", at + "/versions/1/submit", {})
    check("what is said stays said", again.status == 409 and again.code == "invalid_transition")
    eve = world.ann.invites("Eve", "admin")
    got = status(eve.ask("POST", at + "/versions/1/approve", {}), 200).json
    check("two are", got["state"] == "approved")
    status(world.ann.ask("PATCH", "/config", {"approval": "simple"}, If_Match="*"), 200)


def the_experimental_channel(world):
    at = world.publish("edge/one", "Edge", "Proven.")
    name = at.split("/")[-1]
    status(world.ben.ask("POST", at + "/versions", {"text": "Bold. " * 2000}), 201)
    status(world.ann.ask("POST", at + "/activate",
                         {"channel": "experimental", "version": 2}), 200)

    def line(who):
        return Feed(who, "&channel=experimental").first[name]
    check("asking is not enough", line(world.cleo)["channel"] == "production")
    status(world.ann.ask("PATCH", "/users/" + world.cleo.id, {"experimental": True}), 200)
    check("nor having", Feed(world.cleo).first[name]["version"] == 1)
    put = line(world.cleo)
    check(put, put["channel"] == "experimental" and put["version"] == 2)
    blob = "/blobs/" + put["digest"].replace(":", "-")
    check("its text", "Bold." in status(world.cleo.ask("GET", blob), 200).text)
    feed = Feed(world.cleo)
    feed.more = "&channel=experimental"
    check("who asks anew gets all of it", name in feed.news())
    status(world.ann.ask("PATCH", "/users/" + world.cleo.id, {"experimental": False}), 200)
    check("taken back", line(world.cleo)["version"] == 1 and
          world.cleo.ask("GET", blob).status == 404)
    got = world.ann.ask("PATCH", "/config", {"experimental_roles": "consumer poet"},
                        If_Match="*")
    check("roles of ours", got.status == 422)
    status(world.ann.ask("PATCH", "/config", {"experimental_roles": "contributor consumer"},
                         If_Match="*"), 200)
    check("by role", line(world.cleo)["version"] == 2 and line(world.olga)["version"] == 1)
    status(world.ann.ask("PATCH", "/config", {"experimental_roles": ""}, If_Match="*"), 200)


def story(world):
    words_are_found(world)
    other_names(world)
    languages_without_blanks(world)
    lists_are_filtered(world)
    changed_by_one_at_a_time(world)
    once_for_a_key(world)
    tags_and_collections(world)
    executions_are_rated(world)
    figures_of_use(world)
    templates_are_filled_in(world)
    the_door_is_kept(world)
    accounts(world)
    a_lost_device_is_out(world)
    a_token_is_renewed_once(world)
    a_stolen_token_is_out_at_once(world)
    what_has_expired_goes(world)
    nobody_is_in_too_many_teams(world)
    a_full_feed_begins_again(world)
    an_address_is_folded_in_one_way(world)
    teams_and_invites(world)
    the_configuration(world)
    the_experimental_channel(world)
    check("nothing went wrong inside", "request.failed" not in world.hub.said())
    check("it ends when told", world.hub.stop() == 0)
    check("the audit chain is whole", "whole" in world.hub.run("audit", "verify").stdout)


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(sys.argv[1], url) as hub:
                try:
                    story(World(hub))
                except AssertionError:
                    print("".join(line for line in hub.said().splitlines(True)
                                  if "failed" in line)[-3000:])
                    raise
            print("ok", name)


main()
