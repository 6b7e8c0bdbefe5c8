"""Who is calling: the admins of the console and their sessions, the users of the org and their tokens, and what each may do."""
