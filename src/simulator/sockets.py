"""Every station is an open file; most systems allow a process a thousand until it asks for more."""

import resource

SPARE_FILES = 64


class TooFewFiles(RuntimeError):
    """The hard limit of open files is below the number of sockets."""


def allow_sockets(count: int) -> None:
    """Raise the soft limit of open files. :raises TooFewFiles: if the hard limit is too low."""
    needed = count + SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if hard != resource.RLIM_INFINITY and hard < needed:
        raise TooFewFiles(f"{count} sockets need {needed} open files and the limit is {hard}: use more processes or raise it (ulimit -Hn)")
    if soft != resource.RLIM_INFINITY and soft < needed:
        resource.setrlimit(resource.RLIMIT_NOFILE, (needed, hard))
