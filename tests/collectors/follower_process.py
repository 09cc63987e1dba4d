"""A follower as a process of its own, to be ended by a signal: ``python -m tests.collectors.follower_process``."""

import asyncio
import sys
from datetime import datetime

from collectors.follow_schedule import follow_until_signal
from collectors.follower import Follower, FollowTarget
from collectors.http.access import Access
from data.lock import FollowerLock
from data.store import CandleStore


def follow_replay(uri: str, url: str, now: datetime) -> None:
    """Follow ATOM on Binance, as replayed at ``url``, into the store at ``uri`` until the process gets a signal."""
    with FollowerLock(uri).hold(now) as holder:
        follower = Follower(
            CandleStore(uri),
            FollowTarget(("ATOM",), venues=("binance",)),
            holder=str(holder),
            access=Access(url),
            now=lambda: now,
        )
        asyncio.run(follow_until_signal(follower))


if __name__ == "__main__":
    follow_replay(sys.argv[1], sys.argv[2], datetime.fromisoformat(sys.argv[3]))
