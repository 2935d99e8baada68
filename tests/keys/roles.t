# Several messages and other prompts' texts in one; {{cursor}} is no text.
> with forms
> call
> "roles"
= search: roles
= * form/two | Two [roles] | personal
= preview: You are <?{{who}}>.\n\nHello <?{{who}}>, Say it in plain words.
> Enter
> "Ada"
= form: form/two
= * who (required): Ada
= preview: You are <Ada>.\n\nHello <Ada>, Say it in plain words.
> Enter
< paste form/two {"who":"Ada"}: You are Ada.\n\nHello Ada, Say it in plain words.
< close
= closed
> call
> "function"
> Enter
> "f"
= form: form/cursor
= * name (required): f
= preview: <f>();
> Enter
< paste form/cursor {"name":"f"}: f();
< close
= closed
