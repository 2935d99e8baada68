# Nothing is selected, a password lies on the clipboard: defaults stay.
> with forms
> call
> "quote"
> Enter
> selection none
> clipboard secret
< source selection
< source clipboard
= form: form/quote
= * text (required):   (no text is selected)
=   reply: none  (the clipboard holds a password)
=   how: <long>  (the clipboard holds a password)
= preview: > <?{{text}}>\n<=none> (<=long>)
> Enter
= form: form/quote
= * text (required):   (no text is selected)  ! must be given
=   reply: none  (the clipboard holds a password)
=   how: <long>  (the clipboard holds a password)
= preview: > <?{{text}}>\n<=none> (<=long>)
> "by hand"
> Enter
< paste form/quote {"how":"long","reply":"none","text":"by hand"}: > by hand\nnone (long)
< close
# Who types is faster than an answer: theirs stays.
> call
> "quote"
> Enter
> "mine"
> selection "yours"
> clipboard ""
< source selection
< source clipboard
= form: form/quote
= * text (required): mine
=   reply: none  (the clipboard holds no text)
=   how: <long>  (the clipboard holds no text)
= preview: > <mine>\n<=none> (<=long>)
# What is none of the choices is said; what was put there can be changed.
> close
> call
> "quote"
> Enter
> selection "x"
> clipboard "neither"
< close
< source selection
< source clipboard
= form: form/quote
= * text (required): x  (from the selection, 1 character)
=   reply: neither  (from the clipboard, 7 characters)
=   how: <long>  (the clipboard is none of these)
= preview: > <x>\n<neither> (<=long>)
> Backspace
> "y"
= form: form/quote
= * text (required): y
=   reply: neither  (from the clipboard, 7 characters)
=   how: <long>  (the clipboard is none of these)
= preview: > <y>\n<neither> (<=long>)
# The list again: who comes back is asked anew.
> Escape
> selection "nobody waits"
= search: quote
= * form/[quote] | [Quote] | personal
= preview: > <?{{text}}>\n<=none> (<=long>)
