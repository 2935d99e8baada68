# The hotkey of a prompt pastes it at once.
> call prompt team/plain
< paste team/plain {}: Say it in plain words.
< close
= closed
# With inputs it opens the form; Escape closes, for there is no list behind.
> call prompt team/review
= form: team/review
= * language (required): 
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Escape
< close
= closed
> call prompt team/review
> "C"
> Enter
< paste team/review {"files":"1","focus":"bugs","language":"C","strict":"false"}: Review 1 C for bugs.
< close
= closed
# Several lines into a terminal are asked about all the same.
> call terminal prompt mine/steps
= confirm: mine/steps
= preview: first\nsecond
= message: 2 lines, and each may run as a command. Enter pastes them.
> Enter
< paste mine/steps {}: first\nsecond
< close
= closed
> call terminal prompt mine/steps
> Escape
< close
= closed
# One that is not there: the list, and why.
> call prompt team/nobody
= search: 
= -- recent
= * team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Say it in plain words.
= message: no prompt is called 'team/nobody'
> Escape
> withdraw team/plain
> call prompt team/plain
< close
= search: 
= -- recent
= * team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
= message: This prompt was withdrawn.
# A hotkey while the picker is open closes it.
> call prompt team/review
< close
= closed
