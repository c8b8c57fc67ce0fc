"""
E-mail, the bell, preferences.

An e-mail is a row, written in the transaction that causes it; a job sends it. Without SMTP settings it stays readable in
the portal. A person's id is a plain number here; address and language are handed in by the caller.
"""
