# What of a title and a path was typed is marked: words, growing ones, what is folded.
> with team
> call
> "steps"
= search: steps
= * mine/[steps] | [Steps] to follow | personal
=   begin/first | First [steps] | starter
= preview: first\nsecond\n
> Ctrl+U
> "dep ser"
= search: dep ser
= * acme/[dep]loy | [Dep]loy a [ser]vice | team approved v2 #ops,release
= preview: Deploy it well.
> Ctrl+U
> "CAFE"
= search: CAFE
= * own/[cafe] | [Café] menu | personal
= preview: Coffee.
> Ctrl+U
> "שלו"
= search: שלו
= * own/shalom | [שלו]ם עולם | personal
= preview: שלום <?{{shem}}>!
# Slips and letters, where nothing has the words.
> Ctrl+U
> "reveiw"
= search: reveiw
= * team/[review] | Code [review] | personal #review
= preview: Review <=1> <?{{language}}> for <=bugs>.
> Ctrl+U
> "plwd"
= search: plwd
= * team/plain | [Pl]ain [w]or[d]s | personal
= preview: Say it in plain words.
# Of a prompt that was found by its text nothing is.
> Ctrl+U
> "coffee"
= search: coffee
= * own/cafe | Café menu | personal
= preview: Coffee.
