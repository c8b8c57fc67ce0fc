"""
Single sign-on (OpenID Connect) and provisioning, of an organisation.

An e-mail domain is proved by a DNS record before anything trusts it, and only one organisation can have it. An identity
provider signs in people whose address lies in one of its proved domains, and nobody else: every other answer of a provider
ends on a page that says why, in the audit log, and in no account.
"""
