# When the library cannot be asked that is one line, and what is shown stays.
> call
> "pl"
> fails "the library is being repaired; try again"
> "a"
= search: pla
= * team/[pl]ain | [Pl]ain words | personal
= preview: Say it in plain words.
= message: the library is being repaired; try again
> Down
= search: pla
= * team/[pl]ain | [Pl]ain words | personal
= preview: Say it in plain words.
= message: the library is being repaired; try again
> Enter
= search: pla
= * team/[pl]ain | [Pl]ain words | personal
= preview: Say it in plain words.
= message: the library is being repaired; try again
> Tab
= search: pla
= * team/[pl]ain | [Pl]ain words | personal
= preview: Say it in plain words.
= message: the library is being repaired; try again
> Ctrl+I
= search: pla
= * team/[pl]ain | [Pl]ain words | personal
= preview: Say it in plain words.
= message: the library is being repaired; try again
> works
> "i"
= search: plai
= * team/[plai]n | [Plai]n words | personal
= preview: Say it in plain words.
> Enter
< paste team/plain {}: Say it in plain words.
< close
= closed
# From the beginning: nothing to show, and the reason.
> fails "there is no library yet"
> call
= search: 
= message: there is no library yet
> Enter Down Ctrl+S Ctrl+E
= search: 
= message: there is no library yet
> works
> "p"
= search: p
= * team/[p]lain | [P]lain words | personal
= preview: Say it in plain words.
# A prompt that cannot be rendered says why.
> with forms
> Ctrl+U
> "broken"
> Enter
> Enter
= form: form/broken
= * on: [ ]
= message: line 1: not closed: section 'on'
