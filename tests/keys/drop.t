# Values that were used before are offered again, newest first, each once.
> call
> "review"
> Enter
> Ctrl+Down
= form: team/review
= * language (required): 
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
= message: No value was used before.
> "C"
> Enter
> call
> "review"
> Enter
> "Rust"
> Tab Tab Tab Ctrl+U
> "7"
> Ctrl+Enter
> call
> "review"
> Enter Ctrl+Down
< paste team/review {"files":"1","focus":"bugs","language":"C","strict":"false"}: Review 1 C for bugs.
< close
< copy team/review {"files":"7","focus":"bugs","language":"Rust","strict":"false"}: Review 7 Rust for bugs.
< close
= form: team/review
= * language (required): 
=     > Rust
=       C
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Down
= form: team/review
= * language (required): 
=       Rust
=     > C
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Down Up Enter
= form: team/review
= * language (required): C
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C> for <=bugs>.
# Escape closes the list alone; typing goes on in the field.
> Ctrl+Down Escape
= form: team/review
= * language (required): C
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C> for <=bugs>.
> Ctrl+Down
> "+"
= form: team/review
= * language (required): C+
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <C+> for <=bugs>.
> Tab Tab Tab Ctrl+Down
= form: team/review
=   language (required): C+
=   focus: <bugs>
=   strict: [ ]
= * files: 1
=     > 7
= preview: Review <=1> <C+> for <=bugs>.
> Enter
= form: team/review
=   language (required): C+
=   focus: <bugs>
=   strict: [ ]
= * files: 7
= preview: Review <7> <C+> for <=bugs>.
