# What is searched for is changed at the cursor.
> call
> "plxain"
> Left Left Left Backspace
= search: pl|ain
= * team/[plain] | [Plain] words | personal
= preview: Say it in plain words.
> Home End
> Right Right Right
> " wod"
> Left
> "r"
= search: plain wor|d
= * team/[plain] | [Plain] [word]s | personal
= preview: Say it in plain words.
> Ctrl+Left
= search: plain |word
= * team/[plain] | [Plain] [word]s | personal
= preview: Say it in plain words.
> Delete Delete
= search: plain |rd
= message: Nothing is called so.
> Ctrl+Right Ctrl+W
= search: plain 
= * team/[plain] | [Plain] words | personal
= preview: Say it in plain words.
> "ords"
> Ctrl+Backspace
= search: plain 
= * team/[plain] | [Plain] words | personal
= preview: Say it in plain words.
# By what a person sees as one character.
> Ctrl+U
> "e"
> "́"
> pasted "👩‍👧"
> Left
= search: é|👩‍👧
= message: Nothing is called so.
> Backspace
= search: |👩‍👧
= * team/review | Code review | personal #review
=   team/plain | Plain words | personal
=   mine/steps | Steps to follow | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Ctrl+U
= search: 
= -- recent
= * team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Say it in plain words.
# What acts or does not show is left out; a newline is a blank.
> pasted "pla\nin​"
= search: pla in
= message: Nothing is called so.
# A joiner comes by itself where people type it.
> Ctrl+U
> "می‌خواهم"
= search: می‌خواهم
= message: Nothing is called so.
