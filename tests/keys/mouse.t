# A click chooses a row, a click goes to a field.
> call
> select 1
= search: 
= -- recent
=   team/plain | Plain words | personal
= * team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
= preview: Review <=1> <?{{language}}> for <=bugs>.
> select 7
> Enter
= form: team/review
= * language (required): 
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
> focus 3
> "0"
= form: team/review
=   language (required): 
=   focus: <bugs>
=   strict: [ ]
= * files: 10
= preview: Review <10> <?{{language}}> for <=bugs>.
> Ctrl+Down
> focus 1
> focus 9
= form: team/review
=   language (required): 
= * focus: <bugs>
=   strict: [ ]
=   files: 10
= preview: Review <10> <?{{language}}> for <=bugs>.
= message: No value was used before.
