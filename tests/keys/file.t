# Ctrl+E opens the file of the chosen prompt, wherever one is.
> call
> Down
> Ctrl+E
< open team/review
> Enter
> Ctrl+E
< open team/review
> Ctrl+I Ctrl+E
< open team/review
= details: team/review
=   title: Code review
=   status: approved
=   version: 1 of 1, production
=   digest: 29cec6228276
=   source: local
=   uses: 40, last today
= preview: Review <=1> <?{{language}}> for <=bugs>.
