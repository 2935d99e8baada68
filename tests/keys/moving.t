# The choice moves and stops at both ends.
> call
> Down Down Down Up
= search: 
=   team/review | Code review | personal #review
= * team/plain | Plain words | personal
=   mine/steps | Steps to follow | personal
= preview: Say it in plain words.
> PageDown
> Home
> Up
> End
= search: 
=   team/review | Code review | personal #review
=   team/plain | Plain words | personal
= * mine/steps | Steps to follow | personal
= preview: first\nsecond\n
# Typing begins at the first again.
> "p"
> Backspace
= search: 
= * team/review | Code review | personal #review
=   team/plain | Plain words | personal
=   mine/steps | Steps to follow | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
# The hotkey again closes.
> call
< close
= closed
# Keys that come after are nobody's.
> "x"
> Enter Escape
= closed
