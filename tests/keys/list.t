# What is used most when nothing is typed; each key searches; Enter pastes the chosen one.
> call
= search: 
= * team/review | Code review | personal #review
=   team/plain | Plain words | personal
=   mine/steps | Steps to follow | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
> "pla"
= search: pla
= * team/plain | Plain words | personal
= preview: Say it in plain words.
> Enter
< paste team/plain {}: Say it in plain words.
< close
= closed
