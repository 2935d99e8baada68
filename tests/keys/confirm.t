# The question about lines in a terminal leads back to the form, with its values.
> with forms
> call terminal
> "mail"
> Enter
> "Ada"
> Tab
> "text"
> Enter
= confirm: form/mail
= preview: To <Ada> x<=1> (<=kind>) :\n<text>
= message: 2 lines, and each may run as a command. Enter pastes them.
# Only Enter and Escape mean something there.
> "y"
> Tab Up Ctrl+S Ctrl+I Ctrl+Enter
= confirm: form/mail
= preview: To <Ada> x<=1> (<=kind>) :\n<text>
= message: 2 lines, and each may run as a command. Enter pastes them.
> Escape
= form: form/mail
=   to (required): Ada
= * body (required): text
=   copies: 1
=   urgency: 
=   tone: <kind>
=   signed: [ ]
= preview: To <Ada> x<=1> (<=kind>) :\n<text>
> Alt+Enter
= confirm: form/mail
= preview: To <Ada> x<=1> (<=kind>) :\n<text>
= message: 2 lines, and each may run as a command. Enter pastes them.
> Enter
< keep form/mail {"body":"text","copies":"1","signed":"false","to":"Ada","tone":"kind"}: To Ada x1 (kind) :\ntext
< close
= closed
