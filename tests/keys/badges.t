# Whose a prompt is, what came of it, and how old the place is that it came from.
> with team
> source style 3
> call
= search: 
= -- recent
= * team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
=   acme/deploy | Deploy a service | team approved v2 #ops,release
=   acme/old | Old deploy | team approved
=   style/names | Names | style approved 3 days old
=   own/cafe | Café menu | personal
=   own/shalom | שלום עולם | personal
=   begin/first | First steps | starter
= preview: Say it in plain words.
> Escape
> source style 0
> call
> "names"
< close
= search: names
= * style/[names] | [Names] | style approved
= preview: Name it.
# Withdrawn ones are not found any more; only who marked one as a favourite sees it.
> Ctrl+U
> "old"
> Ctrl+S
> Escape
> withdraw acme/old
> call
> "old"
< close
= search: old
= message: Nothing is called so.
> Ctrl+U
= search: 
= -- favourites
= * ★ acme/old | Old deploy | team withdrawn
= -- recent
=   team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
=   acme/deploy | Deploy a service | team approved v2 #ops,release
=   style/names | Names | style approved
=   own/cafe | Café menu | personal
=   own/shalom | שלום עולם | personal
=   begin/first | First steps | starter
= preview: Deploy as before.
> Enter
= search: 
= -- favourites
= * ★ acme/old | Old deploy | team withdrawn
= -- recent
=   team/plain | Plain words | personal
=   team/review | Code review | personal #review
= -- most used
=   mine/steps | Steps to follow | personal
=   acme/deploy | Deploy a service | team approved v2 #ops,release
=   style/names | Names | style approved
=   own/cafe | Café menu | personal
=   own/shalom | שלום עולם | personal
=   begin/first | First steps | starter
= preview: Deploy as before.
= message: This prompt was withdrawn.
> Ctrl+I
= details: acme/old
=   title: Old deploy
=   status: deprecated
=   version: 1 of 1, production
=   digest: c0e3c2fc273d
=   source: hub:acme
=   uses: 0
= preview: Deploy as before.
