# What was used last and then most when nothing is typed; each key searches; Enter pastes.
> call
= search: 
= -- recent
= * team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Say it in plain words.
> "pla"
= search: pla
= * team/[pla]in | [Pla]in words | personal
= preview: Say it in plain words.
> Enter
< paste team/plain {}: Say it in plain words.
< close
= closed
