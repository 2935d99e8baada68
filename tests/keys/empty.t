# A library without a prompt says so.
> remove team/plain
> remove team/review
> remove mine/steps
> call
= search: 
= message: There are no prompts yet.
> Enter Tab Down End Ctrl+I Ctrl+S Ctrl+E
= search: 
= message: There are no prompts yet.
> "x"
= search: x
= message: Nothing is called so.
