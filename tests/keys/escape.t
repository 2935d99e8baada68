# Escape goes one step back each time, then closes.
> with forms
> call
> "mail"
> Enter
> Tab Tab Tab Tab Ctrl+Down
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
= * tone: <kind>
=     > kind
=       short
=       formal
=   signed: [ ]
= preview: To <?{{to}}> x<=1> (<=kind>) :\n<?{{body}}>
> Escape
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
= * tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<=1> (<=kind>) :\n<?{{body}}>
> Ctrl+I Escape
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
= * tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<=1> (<=kind>) :\n<?{{body}}>
> Escape
= search: mail
= * form/[mail] | [Mail] | personal #mail
= preview: To <?{{to}}> x<=1> (<=kind>) :\n<?{{body}}>
> Escape
< close
= closed
# The hotkey again closes from anywhere, and nothing is left of it.
> call
> "mail"
> Enter
> "Ada"
> call
< close
= closed
> call
> "mail"
> Enter
= form: form/mail
= * to (required): 
=   body (required): 
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<=1> (<=kind>) :\n<?{{body}}>
