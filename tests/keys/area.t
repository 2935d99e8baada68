# A text of several lines, and the cursor in it.
> with forms
> call
> "mail"
> Enter
> "Ada"
> Tab
> "first line"
> Shift+Enter
> "xé"
> Shift+Enter
> "the third"
= form: form/mail
=   to (required): Ada
= * body (required): first line\nxé\nthe third
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<first line\nxé\nthe third>
> Up
= form: form/mail
=   to (required): Ada
= * body (required): first line\nxé|\nthe third
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<first line\nxé\nthe third>
> Up
= form: form/mail
=   to (required): Ada
= * body (required): first lin|e\nxé\nthe third
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<first line\nxé\nthe third>
> Down Down
= form: form/mail
=   to (required): Ada
= * body (required): first line\nxé\nthe third
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<first line\nxé\nthe third>
> Home
> "> "
= form: form/mail
=   to (required): Ada
= * body (required): first line\nxé\n> |the third
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<first line\nxé\n> the third>
> Ctrl+Home Delete Ctrl+End Ctrl+W
= form: form/mail
=   to (required): Ada
= * body (required): irst line\nxé\n> the 
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<irst line\nxé\n> the >
# At its ends Up and Down lead to the other fields.
> Down
= form: form/mail
=   to (required): Ada
=   body (required): irst line\nxé\n> the 
= * copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<irst line\nxé\n> the >
> Up Up
= form: form/mail
=   to (required): Ada
= * body (required): irst line\nxé|\n> the 
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<irst line\nxé\n> the >
> Ctrl+U
= form: form/mail
=   to (required): Ada
= * body (required): irst line\n|\n> the 
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<irst line\n\n> the >
> Up Up
= form: form/mail
= * to (required): Ada
=   body (required): irst line\n\n> the 
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<irst line\n\n> the >
> Ctrl+Enter
< copy form/mail {"body":"irst line\n\n> the ","copies":"1","signed":"false","to":"Ada","tone":"kind"}: To Ada x1 (kind) :\nirst line\n\n> the 
< close
= closed
