"""A browser without a screen and without scripts: pages read by a real HTML parser,
their forms filled in and sent as browsers do, cookies kept, redirects followed."""
import http.client
import ssl
import urllib.parse
from html.parser import HTMLParser

VOID = {"input", "meta", "link", "br", "img", "hr"}


class Page(HTMLParser):
    """What stands on it, and what is wrong with it."""

    def __init__(self, status, headers, text):
        super().__init__()
        self.status, self.headers, self.source = status, headers, text
        self.forms, self.labels, self.links, self.ids = [], set(), [], []
        self.title = self.heading = self.problem = ""
        self.text, self.faults, self.open = "", [], []
        self.feed(text)
        self.close()
        self.faults += [f"<{tag}> is not closed" for tag in self.open]

    def handle_starttag(self, tag, attrs):
        names = [name for name, _ in attrs]
        given = dict(attrs)
        if len(names) != len(given):
            self.faults.append(f"<{tag}> has an attribute twice")
        if tag == "script" or "style" in given or any(n.startswith("on") for n in names):
            self.faults.append(f"<{tag}> would need a script or an inline style")
        if "id" in given:
            self.ids.append(given["id"])
        if tag == "form":
            self.forms.append({"method": given.get("method", "get"), "buttons": [],
                               "action": given.get("action", ""), "fields": {}, "inputs": []})
        if tag == "input":
            self.forms[-1]["fields"][given["name"]] = given.get("value") or ""
            self.forms[-1]["inputs"].append(given)
        if tag == "button":
            self.forms[-1]["buttons"].append((given.get("name"), given.get("value")))
        if tag == "label":
            self.labels.add(given["for"])
        if tag == "a":
            self.links.append(given["href"])
        if tag not in VOID:
            self.open.append(tag)
        self.role = given.get("role")

    def handle_endtag(self, tag):
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data):
        where = self.open[-1] if self.open else ""
        self.text += data
        if where == "title":
            self.title += data
        if where == "h1":
            self.heading += data
        if where == "p" and self.role == "alert":
            self.problem += data


class Browser:
    def __init__(self, url, certificate=None):
        self.base = urllib.parse.urlsplit(url)
        self.certificate, self.cookies, self.page = certificate, {}, None
        self.last = None  # the answer before redirects were followed

    def connect(self):
        if self.base.scheme == "http":
            return http.client.HTTPConnection(self.base.netloc, timeout=60)
        context = ssl.create_default_context(cafile=self.certificate)
        return http.client.HTTPSConnection(self.base.netloc, timeout=60, context=context)

    def keep(self, cookie):
        first, *rest = [part.strip() for part in cookie.split(";")]
        name, value = first.split("=", 1)
        flags = {part.split("=")[0].lower(): part for part in rest}
        assert "httponly" in flags and "samesite" in flags and flags["path"] == "Path=/", cookie
        # A browser refuses a cookie that says more than it keeps to.
        assert name.startswith("__Host-") == ("secure" in flags), cookie
        assert ("secure" in flags) == (self.base.scheme == "https"), cookie
        if flags.get("max-age") == "Max-Age=0":
            self.cookies.pop(name, None)
        else:
            self.cookies[name] = value

    def ask(self, method, path, body=None, origin=None, **more):
        headers = dict(more)
        if self.cookies:
            headers["Cookie"] = "; ".join(f"{n}={v}" for n, v in self.cookies.items())
        if body is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
        if origin:
            headers["Origin"] = origin
        connection = self.connect()
        connection.request(method, path, body, headers)
        answer = connection.getresponse()
        text = answer.read().decode()
        connection.close()
        for cookie in answer.headers.get_all("Set-Cookie") or []:
            self.keep(cookie)
        return answer.status, answer.headers, text

    def go(self, method, path, body=None):
        """As a person does it: from a page of the hub, redirects followed."""
        here = f"{self.base.scheme}://{self.base.netloc}"
        origin = here if method == "POST" else None
        status, headers, text = self.last = self.ask(method, path, body, origin)
        for _ in range(5):
            if status != 303:
                break
            path = headers["Location"]
            assert path.startswith("/") and not path.startswith("//"), path
            status, headers, text = self.ask("GET", path)
        self.path = path
        self.page = Page(status, headers, text)
        return self.page

    def open(self, path):
        return self.go("GET", path)

    def send(self, which=None, button=None, **values):
        """Fill in and send the form whose action is `which` (the last one)."""
        form = next(f for f in reversed(self.page.forms)
                    if which is None or f["action"] == which)
        fields = {**form["fields"], **values}
        unknown = set(values) - set(form["fields"])
        assert not unknown, unknown
        if button:
            assert any(value == button for _, value in form["buttons"]), form
            fields[next(n for n, v in form["buttons"] if v == button)] = button
        data = urllib.parse.urlencode(fields)
        if form["method"] == "get":
            return self.go("GET", form["action"] + "?" + data)
        return self.go("POST", form["action"], data)
