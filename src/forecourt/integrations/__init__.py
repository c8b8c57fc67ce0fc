"""
API credentials and tokens; later webhooks.

A credential belongs to an operator (Partner API) or to a person (Public API). Its secret is shown once and stored as a
keyed hash; tokens likewise. A credential without scopes can do nothing.
"""
