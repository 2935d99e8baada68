# Right to left: Left and Right go in the order in which it is said.
> with team
> call
> "עולם"
= search: עולם
= * own/shalom | שלום [עולם] | personal
= preview: שלום <?{{shem}}>!
> Left Left
> "ב"
= search: עוב|לם
= * own/shalom | שלום [עולם] | personal
= preview: שלום <?{{shem}}>!
> Backspace Enter
= form: own/shalom
= * shem (required): 
= preview: שלום <?{{shem}}>!
> "דו"
> "ד"
> "ּ"
> Left
> "-"
= form: own/shalom
= * shem (required): דו-|דּ
= preview: שלום <דו-דּ>!
> End Backspace
= form: own/shalom
= * shem (required): דו-
= preview: שלום <דו->!
> Enter
< paste own/shalom {"shem":"דו-"}: שלום דו-!
< close
= closed
