# What does not fit its type is said while it is typed.
> with forms
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
> Tab Tab
> Ctrl+U
> "1.5"
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
= * copies: 1.5  ! 'copies' must be a whole number of 64 bits
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<=1> (<=kind>) :\n<?{{body}}>
> Backspace Backspace
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
= * copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<=kind>) :\n<?{{body}}>
> Tab
> "1e"
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
= * urgency: 1e  ! 'urgency' must be a number
=   tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<=kind>) :\n<?{{body}}>
> "3"
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
= * urgency: 1e3
=   tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<=kind>) <1e3>:\n<?{{body}}>
> Backspace Backspace Backspace
> "x"
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
= * urgency: x  ! 'urgency' must be a number
=   tone: <kind>
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<=kind>) :\n<?{{body}}>
> Ctrl+U
# A choice by the keys and by its list, a check by the space bar.
> Tab Right
> Left Left
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
= * tone: <formal>
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<formal>) :\n<?{{body}}>
> Ctrl+Down
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
= * tone: <formal>
=       kind
=       short
=     > formal
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<formal>) :\n<?{{body}}>
> Down Down Enter
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
= * tone: <short>
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<short>) :\n<?{{body}}>
> Tab Space
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
=   tone: <short>
= * signed: [x]
= preview: To <?{{to}}> x<1> (<short>, signed) :\n<?{{body}}>
> Left
= form: form/mail
=   to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
=   tone: <short>
= * signed: [ ]
= preview: To <?{{to}}> x<1> (<short>) :\n<?{{body}}>
# Not before all that must be there is: to the first that is missing.
> Enter
= form: form/mail
= * to (required):   ! must be given
=   body (required):   ! must be given
=   copies: 1
=   urgency: 
=   tone: <short>
=   signed: [ ]
= preview: To <?{{to}}> x<1> (<short>) :\n<?{{body}}>
> "Ada"
> Enter
= form: form/mail
=   to (required): Ada
= * body (required):   ! must be given
=   copies: 1
=   urgency: 
=   tone: <short>
=   signed: [ ]
= preview: To <Ada> x<1> (<short>) :\n<?{{body}}>
