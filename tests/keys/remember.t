# Only what was typed is remembered: no defaults, no choices, nothing secret.
> with forms
> call
> "log in"
> Enter
> "ada"
> Tab
> "hush"
= form: form/login
=   user (required): ada
= * word (required): ****
= preview: <ada>:<••••>
> Ctrl+Enter
> call
> "log in"
> Enter Ctrl+Down
< copy form/login {"user":"ada","word":"hush"}: ada:hush
< close
= form: form/login
= * user (required): 
=     > ada
=   word (required): 
= preview: <?{{user}}>:<?{{word}}>
> Escape Tab Ctrl+Down
= form: form/login
=   user (required):   ! must be given
= * word (required): 
= preview: <?{{user}}>:<?{{word}}>
= message: No value was used before.
# With remember_values off nothing is offered, and nothing is kept.
> Escape Escape
> forgetful
> call
> "log in"
> Enter Ctrl+Down
< close
= form: form/login
= * user (required): 
=   word (required): 
= preview: <?{{user}}>:<?{{word}}>
= message: No value was used before.
> "bob"
> Tab
> "x"
> Ctrl+Enter
> restart
> call
> "log in"
> Enter Ctrl+Down
< copy form/login {"user":"bob","word":"x"}: bob:x
< close
= form: form/login
= * user (required): 
=     > ada
=   word (required): 
= preview: <?{{user}}>:<?{{word}}>
