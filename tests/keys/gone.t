# Removed since it was listed: that is said, and the list stays.
> call
> "plain"
> remove team/plain
> Enter
= search: plain
= * team/[plain] | [Plain] words | personal
= preview: Say it in plain words.
= message: no prompt is called 'team/plain'
> Ctrl+U
= search: 
= -- recent
= * team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
# Changed since: what is there now is pasted.
> "steps"
> change mine/steps other
> Enter
< paste mine/steps {}: other
< close
= closed
# Withdrawn or removed while its form was filled in: it is not sent.
> call
> "review"
> Enter
> "C"
> withdraw team/review
> Enter
= form: team/review
= * language (required): C
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C> for <=bugs>.
= message: This prompt was withdrawn.
> remove team/review
> Enter
= form: team/review
= * language (required): C
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C> for <=bugs>.
= message: no prompt is called 'team/review'
# When that cannot be asked, what one has seen is sent.
> fails "the library is being repaired"
> Enter
< paste team/review {"files":"1","focus":"bugs","language":"C","strict":"false"}: Review 1 C for bugs.
< close
= closed
