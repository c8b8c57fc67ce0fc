"""
Forecourt: the open, self-hosted hub for companies that operate electric-vehicle charge points.

One package, three processes (web, gateway, worker), one PostgreSQL. The folders of this package stand in the
order of `docs/architecture.md`: a folder may import those below it, never those above.
"""

__version__ = "0.1.0"
