"""Who is calling: the admins of the console, their sign-in and their sessions."""
