# What is used most when nothing is typed; each key searches; Enter pastes the chosen one.
> call
= search: 
= * team/review | Code review | personal #review
=   team/plain | Plain words | personal
=   mine/steps | Steps to follow | personal
> "pla"
= search: pla
= * team/plain | Plain words | personal
> Enter
< paste team/plain {}: Say it in plain words.
< close
= closed
