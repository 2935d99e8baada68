#!/usr/bin/env python3
"""The hub's pages, as somebody new meets them: an invitation accepted, a device let in,
signed out and in again; and what other sites' pages cannot do. On each database.

    pages.py DIRECTORY-OF-PROGRAMS DIRECTORY-OF-POSTGRES
"""
import json
import os
import subprocess
import sys
import tempfile
import time
import urllib.parse

from browser import Browser
from hub_client import Hub, PASSWORD, databases


def check(what, so):
    if not so:
        raise AssertionError(what)


def is_well_made(page):
    """Everything that can be wrong with a page of ours, looked for on each."""
    check(page.faults, not page.faults)
    check("one title, one heading", page.heading and page.heading in page.title)
    check("ids are single", len(page.ids) == len(set(page.ids)))
    for form in page.forms:
        check("a form has a button", form["buttons"])
        for given in form["inputs"]:
            if given.get("type") != "hidden":
                check(given, given["id"] in page.labels and given.get("autocomplete"))
            if "aria-describedby" in given:
                check(given, given["aria-describedby"] in page.ids)
    policy = page.headers["Content-Security-Policy"]
    check(policy, "default-src 'none'" in policy and "frame-ancestors 'none'" in policy and
          "unsafe" not in policy and "form-action 'self'" in policy)
    check("in no frame", page.headers["X-Frame-Options"] == "DENY")
    check("kept nowhere", page.headers["Cache-Control"] == "no-store")
    check("as what it is", page.headers["X-Content-Type-Options"] == "nosniff")
    check("HTML", page.headers["Content-Type"] == "text/html; charset=utf-8")
    check("tells no other site", page.headers["Referrer-Policy"] == "same-origin")


def see(browser, heading, problem=""):
    page = browser.page
    is_well_made(page)
    check(f"{page.heading}: {page.problem}", page.heading == heading and
          problem in page.problem and bool(problem) == bool(page.problem))
    return page


def somebody_joins(hub, browser, invite, name):
    email = name.lower() + "@example.org"
    browser.open("/")
    see(browser, "Sign in")
    check("shown the way", "/join" in browser.page.links)
    browser.open("/join")
    see(browser, "Accept an invitation")
    browser.send(invite="pi_" + "x" * 43, name=name, email=email, password=PASSWORD)
    see(browser, "Accept an invitation", "no such invitation")
    browser.send(invite=invite, password="short")
    page = see(browser, "Accept an invitation", "at least 12 characters")
    check("what was typed stays", page.forms[-1]["fields"]["email"] == email)
    check("but for the password", page.forms[-1]["fields"]["password"] == "")
    browser.send(password=PASSWORD)
    page = see(browser, "You are in")
    check("and what now", f"promptd login http" in page.source)
    check("it is in a cookie", list(browser.cookies) == ["promptd"])
    return email


def a_device_is_let_in(hub, browser, promptd, home, person):
    env = {**os.environ, "PROMPTD_HOME": home, "PROMPTD_AUTOSTART": "no"}
    with subprocess.Popen([promptd, "login", hub.url], env=env, text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE) as login:
        told = login.stderr.readline().split()
        url, code = told[1], told[-1]
        check(told, url == hub.url + "/device")
        browser.open("/device")
        see(browser, "Sign in a device")
        browser.send(user_code="AAAA-AAAA")
        see(browser, "Sign in a device", "No device shows this code")
        browser.send(user_code=code.lower().replace("-", " "))
        page = see(browser, "Let this device in?")
        check("which it is", os.uname().nodename in page.source and code in page.source)
        browser.send("/device/approve", button="approve")
        see(browser, "Done")
        check("it goes on by itself", login.wait(60) == 0)
        check(person, person in login.stdout.read())
    who = subprocess.run([promptd, "whoami", "--json"], env=env, capture_output=True,
                         text=True, timeout=60, check=True)
    check("signed in", json.loads(who.stdout)["name"] == person)
    browser.open("/device?user_code=" + code)
    see(browser, "Sign in a device", "No device shows this code")


def a_device_is_refused(hub, browser):
    asked = hub.ask("POST", "/api/v1/auth/device", {"device_name": "<b>evil</b> & \"co\""}).json
    browser.open("/device?user_code=" + asked["user_code"])
    page = see(browser, "Let this device in?")
    check("names are text", "&lt;b&gt;evil&lt;/b&gt; &amp; &quot;co&quot;" in page.source)
    browser.send("/device/approve", button="deny")
    see(browser, "Refused")
    got = hub.ask("POST", "/api/v1/auth/device/token", {"device_code": asked["device_code"]})
    check("and hears so", got.code == "access_denied")


def signed_out_and_in(browser, email):
    browser.send("/signout") if browser.page.forms else browser.open("/device")
    browser.open("/device")
    browser.send("/signout")
    see(browser, "Sign in")
    check("without a cookie", not browser.cookies)
    browser.open("/device?user_code=abcd-efgh")
    see(browser, "Sign in")
    check("the code comes along", browser.page.forms[-1]["fields"]["user_code"] == "ABCD-EFGH")
    browser.send(email=email, password="wrong wrong wrong")
    see(browser, "Sign in", "e-mail or password is wrong")
    browser.send(email="nobody@example.org", password="wrong wrong wrong")
    see(browser, "Sign in", "e-mail or password is wrong")
    browser.send(email=email.upper(), password=PASSWORD)
    see(browser, "Sign in a device", "No device shows this code")


def refused(browser, path, fields, **how):
    status, _, text = browser.ask("POST", path, urllib.parse.urlencode(fields), **how)
    check((path, how, status, text), status == 403)


def other_sites_change_nothing(hub, browser, email):
    here = hub.url
    sign_in = {"email": email, "password": PASSWORD, "user_code": ""}
    for how in ({}, {"origin": "null"}, {"origin": "https://evil.example"},
                {"origin": here + ".evil.example"}, {"Sec-Fetch-Site": "cross-site"},
                {"Sec-Fetch-Site": "same-site", "origin": here},
                {"Sec-Fetch-Site": "none"}):
        for path in ("/signin", "/join", "/signout", "/device/approve"):
            refused(browser, path, sign_in, **how)
    asked = hub.ask("POST", "/api/v1/auth/device", {"device_name": "x"}).json
    browser.open("/device?user_code=" + asked["user_code"])
    form = next(f for f in browser.page.forms if f["action"] == "/device/approve")
    for token in ("", "0" * 64, form["fields"]["token"][:-1]):
        refused(browser, "/device/approve", {**form["fields"], "token": token,
                                             "decision": "approve"}, origin=here)
        refused(browser, "/signout", {"token": token}, origin=here)
    waits = hub.ask("POST", "/api/v1/auth/device/token", {"device_code": asked["device_code"]})
    check("it waits", waits.code == "authorization_pending")
    # Another's word is none of this session's.
    other = Browser(here)
    other.open("/signin")
    other.send(email=email, password=PASSWORD)
    word = other.page.forms[0]["fields"]["token"]
    refused(browser, "/signout", {"token": word}, origin=here)
    # A bearer's token opens no page, and a cookie no API from elsewhere.
    token = next(iter(browser.cookies.values()))
    stranger = Browser(here)
    status, headers, _ = stranger.ask("GET", "/device", Authorization="Bearer " + token)
    check("by cookie only", status == 303 and headers["Location"] == "/signin")
    api = Browser(here)
    api.cookies = dict(browser.cookies)
    status, _, text = api.ask("POST", "/api/v1/auth/device/approve",
                              "user_code=" + asked["user_code"], origin=here)
    check(text, status in (403, 415))


def nonsense_is_no_form(browser):
    here = f"http://{browser.base.netloc}"
    for body in ("email", "email=%zz", "a=%00", "email=a&email=b", "email=%ff&password=x",
                 "&".join(f"f{i}=1" for i in range(40)), "email=" + "a" * 9000):
        status, headers, _ = browser.ask("POST", "/signin", body, origin=here)
        check((body[:40], status), status in (400, 422) and
              headers["Content-Type"].startswith("text/html"))
    check("files that are there", browser.ask("GET", "/static/style.css")[0] == 200)
    for path in ("/static/page.html", "/static/nothing", "/static/..%2fpage.html", "/static/"):
        check(path, browser.ask("GET", path)[0] == 404)


def who_guesses_waits(hub):
    hub.stop()
    hub.options = ["--rates", "50:100:100"]
    hub.start()
    here = Browser(hub.url)
    here.open("/signin")
    wrong, status = 0, 401
    while status == 401 and wrong < 100:
        here.send(email="nobody@example.org", password="wrong wrong wrong")
        status, wrong = here.page.status, wrong + 1
    see(here, "Sign in", "wait")
    check((status, wrong), status == 429 and wrong > 3)
    # And who only sends many forms, whatever is in them.
    for _ in range(200):
        status = here.ask("POST", "/join", "", origin=hub.url)[0]
        if status == 429:
            break
    check("too many forms", status == 429)
    check("who looks on is let", hub.ask("GET", "/livez").status == 200)


def story(hub, programs, home):
    invite = hub.invite()
    browser = Browser(hub.url)
    email = somebody_joins(hub, browser, invite, "Ann")
    a_device_is_let_in(hub, browser, os.path.join(programs, "promptd"), home, "Ann")
    a_device_is_refused(hub, browser)
    signed_out_and_in(browser, email)
    other_sites_change_nothing(hub, browser, email)
    nonsense_is_no_form(browser)
    hub.run("user", "invite")
    again = Browser(hub.url)
    again.open("/join")
    again.send(invite=json.loads(hub.run("user", "invite", "--json").stdout)["invite"],
               name="Ann", email=email, password=PASSWORD)
    see(again, "Accept an invitation", "is in already")
    hub.run("user", "add", "ben@example.org", "--role", "admin", text=PASSWORD + "\n")
    hub.run("user", "deactivate", email)
    until = time.monotonic() + 60
    while browser.open("/device").heading != "Sign in" and time.monotonic() < until:
        time.sleep(0.02)  # the hub sees within a moment what a command did beside it
    see(browser, "Sign in")
    who_guesses_waits(hub)
    check("nothing went wrong inside", "request.failed" not in hub.said())


def main():
    with tempfile.TemporaryDirectory() as directory:
        for name, url in databases(directory, sys.argv[2]):
            with Hub(os.path.join(sys.argv[1], "promptd-hub"), url) as hub:
                try:
                    story(hub, sys.argv[1], os.path.join(directory, name))
                except AssertionError:
                    print(hub.said()[-3000:])
                    raise
            print("ok", name)


main()
