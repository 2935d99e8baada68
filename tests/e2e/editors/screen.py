"""What a terminal shows: enough of an xterm to know which text stands in which line.

Programs redraw as little as they can, often single letters of a word, so what they
wrote tells less than what is to be seen. Colours, titles and questions to the
terminal are skipped. What one line was too short for goes on in the next.
"""
import codecs
import re
import unicodedata

SEQUENCE = re.compile(
    r"\x1b(?:\[([0-9;?<>=!]*)[ -/]*([@-~])|[\]P^_][^\x07\x1b]*(?:\x07|\x1b\\)|[()*+#%][ -~]|([^\[\]P^_()*+#%]))")
UNFINISHED = re.compile(r"\x1b(?:|\[[0-9;?<>=!]*[ -/]*|[\]P^_][^\x07\x1b]*\x1b?|[()*+#%])\Z")


def width(char):
    if unicodedata.combining(char) or char in "\u200d\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(char) in "WF" else 1


class Screen:
    def __init__(self, rows, columns):
        self.rows, self.columns = rows, columns
        self.decode = codecs.getincrementaldecoder("utf-8")("replace").decode
        self.pending = ""
        self.cells = [self.blank() for _ in range(rows)]
        self.touched = [False] * rows  # written to since forget()
        self.row = self.column = 0
        self.saved = (0, 0)
        self.top, self.bottom = 0, rows  # of what scrolls
        self.last = " "

    def blank(self):
        return [" "] * self.columns

    def forget(self):
        self.touched = [False] * self.rows

    def fresh(self):
        """The text of all lines that were written to, without blanks."""
        lines = ["".join(line) if self.touched[i] else "\n" for i, line in enumerate(self.cells)]
        return "".join(lines).replace(" ", "")

    def shown(self):
        return "\n".join("".join(line).rstrip() for line in self.cells).rstrip()

    def feed(self, data):
        text = self.pending + self.decode(data)
        cut = UNFINISHED.search(text)
        self.pending = cut.group() if cut else ""
        text, at = text[: cut.start()] if cut else text, 0
        while at < len(text):
            found = SEQUENCE.match(text, at)
            if found:
                self.control(*found.groups())
                at = found.end()
            else:
                self.take(text[at])
                at += 1

    # ── letters ─────────────────────────────────────────────────────────

    def take(self, char):
        if char == "\r":
            self.column = 0
        elif char in "\n\v\f":
            self.down()
        elif char == "\b":
            self.column = max(min(self.column, self.columns) - 1, 0)
        elif char == "\t":
            self.column = min(self.column // 8 * 8 + 8, self.columns - 1)
        elif char >= " " and char != "\x7f":
            self.put(char)

    def put(self, char):
        cells, n = self.cells[self.row], width(char)
        if n == 0:
            cells[max(self.column - 1, 0)] += char
            return
        if self.column + n > self.columns:
            self.column = 0
            self.down()
            cells = self.cells[self.row]
        cells[self.column : self.column + n] = [char, ""][:n]
        self.touched[self.row] = True
        self.column += n
        self.last = char

    # ── lines ───────────────────────────────────────────────────────────

    def down(self):
        if self.row == self.bottom - 1:
            self.scroll(self.top, 1)
        else:
            self.row = min(self.row + 1, self.rows - 1)

    def up(self):
        if self.row == self.top:
            self.scroll(self.top, -1)
        else:
            self.row = max(self.row - 1, 0)

    def scroll(self, top, n):
        """Lines from top on go up by n, or down."""
        for _ in range(min(abs(n), self.rows)):
            gone, new = (top, self.bottom - 1) if n > 0 else (self.bottom - 1, top)
            del self.cells[gone], self.touched[gone]
            self.cells.insert(new, self.blank())
            self.touched.insert(new, True)

    def erase(self, row, first, behind):
        self.cells[row][first:behind] = [" "] * (behind - first)
        self.touched[row] = True

    def erase_line(self, how):
        column = min(self.column, self.columns - 1)
        self.erase(self.row, 0 if how else column, column + 1 if how == 1 else self.columns)

    def erase_screen(self, how):
        self.erase_line(how)
        for row in range(self.rows):
            if (how != 1 and row > self.row) or (how != 0 and row < self.row):
                self.erase(row, 0, self.columns)

    def shift(self, n):
        """Cells from the cursor on go to the right by n, or to the left."""
        line, column = self.cells[self.row], min(self.column, self.columns - 1)
        rest = [" "] * n + line[column:] if n > 0 else line[column - n :] + [" "] * -n
        line[column:] = rest[: self.columns - column]
        self.touched[self.row] = True

    # ── sequences ───────────────────────────────────────────────────────

    def control(self, given, final, single):
        if final:
            if not given.startswith(("?", "<", ">", "=", "!")):
                numbers = [int(number or 0) for number in given.split(";")]
                self.csi(final, numbers, max(numbers[0], 1))
        elif single == "7":
            self.saved = (self.row, self.column)
        elif single == "8":
            self.row, self.column = self.saved
        elif single == "M":
            self.up()
        elif single in ("D", "E"):
            self.column = 0 if single == "E" else self.column
            self.down()

    def csi(self, final, numbers, n):
        column = min(self.column, self.columns - 1)
        if final in "Hf":
            self.goto(n - 1, max((numbers + [1])[1], 1) - 1)
        elif final in "AB":
            self.goto(self.row + (n if final == "B" else -n), column)
        elif final in "CD":
            self.goto(self.row, column + (n if final == "C" else -n))
        elif final in "G`d":
            self.goto(n - 1 if final == "d" else self.row, column if final == "d" else n - 1)
        elif final == "r":
            self.top, self.bottom = n - 1, min((numbers + [0])[1] or self.rows, self.rows)
            self.goto(0, 0)
        elif final in "JK":
            (self.erase_screen if final == "J" else self.erase_line)(numbers[0])
        elif final == "X":
            self.erase(self.row, column, min(column + n, self.columns))
        elif final in "@P":
            self.shift(n if final == "@" else -n)
        elif final in "LM":
            self.scroll(self.row, -n if final == "L" else n)
        elif final in "ST":
            self.scroll(self.top, n if final == "S" else -n)
        elif final == "b":
            for _ in range(n):
                self.put(self.last)

    def goto(self, row, column):
        self.row = min(max(row, 0), self.rows - 1)
        self.column = min(max(column, 0), self.columns - 1)
