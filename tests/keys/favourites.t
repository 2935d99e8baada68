# Ctrl+S marks the chosen one, and it stands first from then on, also in another process.
> call
> End Ctrl+S
= search: 
= -- favourites
= * ★ mine/steps | Steps to follow | personal
= -- recent
=   team/plain | Plain words | personal
=   team/review | Code review | personal #review
= preview: first\nsecond\n
= message: A favourite now.
> Escape
< close
> restart
> call
= search: 
= -- favourites
= * ★ mine/steps | Steps to follow | personal
= -- recent
=   team/plain | Plain words | personal
=   team/review | Code review | personal #review
= preview: first\nsecond\n
# The second one stands behind the first.
> End Ctrl+S
= search: 
= -- favourites
=   ★ mine/steps | Steps to follow | personal
= * ★ team/review | Code review | personal #review
= -- recent
=   team/plain | Plain words | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
= message: A favourite now.
# Under another name it is still one.
> Escape
> rename mine/steps mine/stairs
> call
< close
= search: 
= -- favourites
= * ★ mine/stairs | Steps to follow | personal
=   ★ team/review | Code review | personal #review
= -- recent
=   team/plain | Plain words | personal
= preview: first\nsecond\n
# Ctrl+S again ends it, from the form too.
> "review"
> Enter Ctrl+S
= form: team/review
= * language (required): 
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
= message: Not a favourite any more.
> Escape Ctrl+U
= search: 
= -- favourites
= * ★ mine/stairs | Steps to follow | personal
= -- recent
=   team/plain | Plain words | personal
=   team/review | Code review | personal #review
= preview: first\nsecond\n
# It goes with its prompt.
> Escape
> remove mine/stairs
> call
< close
= search: 
= -- recent
= * team/plain | Plain words | personal
=   team/review | Code review | personal #review
= preview: Say it in plain words.
# That it cannot be kept is said, and it is none.
> fails "cannot remember the favourite: the disk is full"
> Ctrl+S
= search: 
= -- recent
= * team/plain | Plain words | personal
=   team/review | Code review | personal #review
= preview: Say it in plain words.
= message: cannot remember the favourite: the disk is full
