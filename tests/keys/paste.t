# Ctrl+V asks for the clipboard as it was, and it goes where the cursor is.
> call
> "pn"
> Left
> Ctrl+V
< source clipboard
> clipboard "lai"
= search: plai|n
= * team/[plain] | [Plain] words | personal
= preview: Say it in plain words.
> Enter
< paste team/plain {}: Say it in plain words.
< close
> call
> "review"
> Enter
> Ctrl+V
< source clipboard
> clipboard "C\r\nand C++"
= form: team/review
= * language (required): C\nand C++
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C\nand C++> for <=bugs>.
# Nothing there, a password there: that is said.
> Ctrl+V
> clipboard none
< source clipboard
= form: team/review
= * language (required): C\nand C++
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C\nand C++> for <=bugs>.
= message: The clipboard holds no text.
> Ctrl+V
> clipboard secret
< source clipboard
= form: team/review
= * language (required): C\nand C++
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C\nand C++> for <=bugs>.
= message: The clipboard holds a password.
# Nobody asked: nothing happens.
> clipboard "spam"
= form: team/review
= * language (required): C\nand C++
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C\nand C++> for <=bugs>.
= message: The clipboard holds a password.
# The answer comes when the picker is closed already.
> Ctrl+V
> close
> clipboard "late"
< source clipboard
< close
= closed
# It was asked for while searching, and a form is open by now: it is not put into that.
> call
> "review"
> Ctrl+V
> Enter
> clipboard "for the search"
< source clipboard
= form: team/review
= * language (required): 
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
