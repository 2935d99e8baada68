# The choice moves and stops at both ends.
> call
> Down Down Down Up
= search: 
= -- recent
=   team/plain | Plain words | personal
= * team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
> PageDown
> Home
> Up
> End
= search: 
= -- recent
=   team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
= * mine/steps | Steps to follow | personal
= preview: first\nsecond\n
# Typing begins at the first again.
> "p"
> Backspace
= search: 
= -- recent
= * team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Say it in plain words.
# The hotkey again closes.
> call
< close
= closed
# Keys that come after are nobody's.
> "x"
> Enter Escape
= closed
