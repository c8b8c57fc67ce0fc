"""
People, sign-in, multi-factor authentication.

A person is one human being, whatever accounts they reach. E-mail and phone are each unique among the living and may
both be missing (the API can create a driver with neither name nor phone). Passwords and second factors are
django-allauth's. What a person may do is not written here: operators and teams hold memberships.
"""
