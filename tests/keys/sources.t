# What is selected is offered where a prompt asks for it, and is seen before Enter.
> with forms
> call
> "quote"
> Enter
< source selection
< source clipboard
= form: form/quote
= * text (required):   (…)
=   reply: none  (…)
=   how: <long>  (…)
= preview: > <?{{text}}>\n<=none> (<=long>)
> Enter
= form: form/quote
= * text (required):   (…)
=   reply: none  (…)
=   how: <long>  (…)
= preview: > <?{{text}}>\n<=none> (<=long>)
= message: The selection is still being read.
> selection "a line\r\nand more"
= form: form/quote
= * text (required): a line\nand more  (from the selection, 15 characters)
=   reply: none  (…)
=   how: <long>  (…)
= preview: > <a line\nand more>\n<=none> (<=long>)
> clipboard "short"
= form: form/quote
= * text (required): a line\nand more  (from the selection, 15 characters)
=   reply: short  (from the clipboard, 5 characters)
=   how: <short>  (from the clipboard, 5 characters)
= preview: > <a line\nand more>\n<short> (<short>)
> Enter
< paste form/quote {"how":"short","reply":"short","text":"a line\nand more"}: > a line\nand more\nshort (short)
< close
= closed
# Nothing of it is offered again later.
> call
> "quote"
> Enter
> selection "s"
> clipboard "c"
> Ctrl+Down
< source selection
< source clipboard
= form: form/quote
= * text (required): s  (from the selection, 1 character)
=   reply: c  (from the clipboard, 1 character)
=   how: <long>  (the clipboard is none of these)
= preview: > <s>\n<c> (<=long>)
= message: No value was used before.
