# Several lines into a terminal ask once, without the newline at their end.
> call terminal
> "steps"
> Enter
= confirm: mine/steps
= preview: first\nsecond
= message: 2 lines, and each may run as a command. Enter pastes them.
> Escape
= search: steps
= * mine/[steps] | [Steps] to follow | personal
= preview: first\nsecond
> Enter Enter
< paste mine/steps {}: first\nsecond
< close
= closed
# A copy is for whatever one does with it.
> call terminal
> "steps"
> Ctrl+Enter
< copy mine/steps {}: first\nsecond\n
< close
# One line is not asked about; and a window that is none is not.
> call terminal
> "plain"
> Enter
< paste team/plain {}: Say it in plain words.
< close
> call
> "steps"
> Enter
< paste mine/steps {}: first\nsecond\n
< close
