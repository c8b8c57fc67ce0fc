"""
What three domains need and what knows none of them: money, clock, errors, events, outbox, registries, operations.

Nothing here imports a domain. Tables: the outbox alone.
"""
