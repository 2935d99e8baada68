"""The twelve texts of the matrix, from 1 to 200,000 characters. What follows a newline
may run as a command where a shell knows no bracketed paste: words only, no signs that
a shell, Python or Node would do anything with."""

WORDS = ("review", "the", "change", "below", "and", "name", "what", "could", "fail")
SCRIPTS = ("Grüße", "Ελλάδα", "Привет", "你好", "שלום", "مرحبا", "ไทย", "हिन्दी", "한국어", "日本語")


def lines_of(words, characters):
    """So many characters of words, in lines of about 70."""
    out, width, n, length = [], 0, 0, 0
    while length < characters:
        word = words[n % len(words)]
        n += 1
        end = "\n" if width > 60 else " "
        width = 0 if width > 60 else width + len(word) + 1
        out.append(word + end)
        length += len(word) + 1
    return "".join(out)[:characters - 1].rstrip() + "."


TEXTS = {
    "one": "x",
    "astral": "\U0001d49c\U0001f642",
    "latin": "Ça déjà vu, Straße, naïve, Łódź, ½ €, e\u0301 o\u0308\u0323 n\u0303",
    "greek-russian": "Ξεσκεπάζω την ψυχοφθόρα βδελυγμία, съешь же ещё этих мягких булок",
    "right-to-left": "שלום עולם, مرحبا بالعالم (123) abc",
    "asian": "你好，世界。こんにちは 안녕하세요 สวัสดี नमस्ते தமிழ் ကမ္ဘာ",
    "emoji": "👩‍👩‍👧‍👦 🏳️‍🌈 🇩🇪🇬🇷 👍🏽 ❤️ 1️⃣",
    "braces": "{{name}} {{#if}} {% raw %} ${HOME} $(true) `true` \\n \"a\" 'b' <b>&amp; ~ ! # ; |",
    "tabs": "\ta\tb\tc \t d\t\te",
    "lines": "first\n\tsecond with a tab\n\n    fourth\nλ last",
    "prompt": lines_of(WORDS, 2000),
    "long": lines_of(WORDS + SCRIPTS, 200000),
}
