# Ctrl+I tells about the chosen one, and leads back.
> with team
> rate team/review 4
> rate team/review 5
> call
> "review"
> Ctrl+I
= details: team/review
=   title: Code review
=   status: approved
=   version: 1 of 1, production
=   digest: 29cec6228276
=   source: local
=   uses: 40, last today
=   ratings: 4.5 of 5, 2 times
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Escape
= search: review
= * team/[review] | Code [review] | personal #review
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Ctrl+U
> "deploy"
> Ctrl+I
= details: acme/deploy
=   title: Deploy a service
=   status: approved
=   version: 2 of 2, production
=   digest: 4221cfa8e54b
=   source: hub:acme
=   uses: 0
= preview: Deploy it well.
> Ctrl+I
= search: deploy
= * acme/[deploy] | [Deploy] a service | team approved v2 #ops,release
=   acme/old | Old [deploy] | team approved
= preview: Deploy it well.
# From a form it leads back to the form, with what was typed.
> Ctrl+U
> "review"
> Enter
> "Ada"
> Ctrl+I
= details: team/review
=   title: Code review
=   status: approved
=   version: 1 of 1, production
=   digest: 29cec6228276
=   source: local
=   uses: 40, last today
=   ratings: 4.5 of 5, 2 times
= preview: Review <=1> <Ada> for <=bugs>.
> Ctrl+S
= details: team/review
=   title: Code review
=   status: approved
=   version: 1 of 1, production
=   digest: 29cec6228276
=   source: local
=   uses: 40, last today
=   ratings: 4.5 of 5, 2 times
= preview: Review <=1> <Ada> for <=bugs>.
= message: A favourite now.
> Escape
= form: team/review
= * language (required): Ada
=   focus: <bugs>
=   strict: [ ]
=   files: 1
= preview: Review <=1> <Ada> for <=bugs>.
