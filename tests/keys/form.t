# A prompt with inputs opens its form: defaults are there, what is missing is said.
> call
> "review"
> Enter
= form: team/review
= * language (required): 
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
# Not without the required one.
> Enter
= form: team/review
= * language (required):   ! must be given
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
> "C"
> Tab Right Tab
> " "
= form: team/review
=   language (required): C
=   focus: <speed>
= * strict: [x]
=   files: 1
= preview: Review <=1> <C> for <speed>. Be strict.
# A choice takes no letters, a number no words.
> "x"
> Backspace
> Tab
> Ctrl+U
> "two"
= form: team/review
=   language (required): C
=   focus: <speed>
=   strict: [x]
= * files: two  ! 'files' must be a whole number of 64 bits
= preview: Review <=1> <C> for <speed>. Be strict.
> Enter
= form: team/review
=   language (required): C
=   focus: <speed>
=   strict: [x]
= * files: two  ! 'files' must be a whole number of 64 bits
= preview: Review <=1> <C> for <speed>. Be strict.
> Ctrl+U
> "2"
> Enter
< paste team/review {"files":"2","focus":"speed","language":"C","strict":"true"}: Review 2 C for speed. Be strict.
< close
= closed
# Escape goes back to the list, and a text may have lines.
> call
> "review"
> Tab
> Shift+Tab Escape
= search: review
= * team/[review] | Code [review] | personal #review
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Enter
> pasted "a\nb"
> Shift+Enter
> "ḉx"
> Backspace
> Backspace
> Backspace
> Ctrl+Enter
< copy team/review {"files":"1","focus":"bugs","language":"a\nb","strict":"false"}: Review 1 a\nb for bugs.
< close
