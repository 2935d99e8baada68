# Three ways to send, and no way when nothing is found.
> call
> "plain"
> Ctrl+Enter
< copy team/plain {}: Say it in plain words.
< close
> call
> "plain"
> Alt+Enter
< keep team/plain {}: Say it in plain words.
< close
> call
> "zzzzzz"
= search: zzzzzz
= message: Nothing is called so.
> Enter Tab Ctrl+I Ctrl+E
= search: zzzzzz
= message: Nothing is called so.
> Ctrl+U
> "plain"
> Ctrl+E
< open team/plain
= search: plain
= * team/[plain] | [Plain] words | personal
= preview: Say it in plain words.
> Ctrl+I
= details: team/plain
=   title: Plain words
=   status: approved
=   version: 1 of 1, production
=   digest: 3d50af5af53d
=   source: local
=   uses: 4, last today
= preview: Say it in plain words.
> Ctrl+I
= search: plain
= * team/[plain] | [Plain] words | personal
= preview: Say it in plain words.
> close
< close
= closed
