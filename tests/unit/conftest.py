"""A disk that is full, for tests of what is written."""

import resource
import signal
from contextlib import contextmanager

import pytest


@pytest.fixture
def full_disk():
    """Context manager in which no file may grow beyond so many bytes: writing fails as on a full disk."""

    @contextmanager
    def limited(size):
        before = resource.getrlimit(resource.RLIMIT_FSIZE)
        handler = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
        try:
            yield
        finally:
            resource.setrlimit(resource.RLIMIT_FSIZE, before)
            signal.signal(signal.SIGXFSZ, handler)

    return limited
