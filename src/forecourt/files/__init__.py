"""
Uploads and downloads: checked, then stored privately.

A file lies in the database, so a backup holds all of it. It is reached by an address that nobody can guess; one that
belongs to a person is given to that person alone, signed in. Pictures are decoded and written anew, so that what we
serve was never somebody's bytes: no metadata, no scripts, no polyglots. Files that expire are removed by a job.
"""
