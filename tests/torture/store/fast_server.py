"""`serve --follow` by a faster clock, ``python -m tests.torture.store.fast_server BEGIN REAL_BEGIN_S SPEED WORDS``.

BEGIN is what the clock shows at REAL_BEGIN_S (seconds since 1970 by the real clock), and WORDS are those of the
command line. The schedule of the follower is as much faster, and it follows ATOM on the exchanges of
`tests.torture.store.soak`.
"""

import sys
import time
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from functools import partial
from unittest.mock import patch

from apscheduler.triggers.interval import IntervalTrigger

from cli import clock
from cli.commands.follow import build_follower
from cli.main import main
from collectors.follower import Follower
from tests.torture.store.soak import SYMBOLS, build_table


@dataclass(frozen=True, slots=True)
class FastClock:
    """A clock that showed ``begin`` at ``real_begin_s``, and shows ``speed`` seconds for each second since."""

    begin: datetime
    real_begin_s: float
    speed: float

    def now(self) -> datetime:
        """What it shows."""
        return self.begin + timedelta(seconds=(time.time() - self.real_begin_s) * self.speed)

    def repeat_every(self, minutes: int, timezone: tzinfo) -> IntervalTrigger:
        """A trigger of every so many minutes of this clock."""
        return IntervalTrigger(seconds=60 * minutes / self.speed, timezone=timezone)

    def repeat_hourly(self, minute: int, timezone: tzinfo) -> IntervalTrigger:
        """A trigger of each hour of this clock, at any minute."""
        del minute
        return self.repeat_every(60, timezone)


def run_program(fast_clock: FastClock, words: list[str]) -> None:
    """Run the command line by a clock."""
    follow_few = partial(build_follower, assets=("ATOM",), venues=tuple(SYMBOLS))
    with (
        patch.object(clock, "now", fast_clock.now),
        patch("collectors.follow_schedule.IntervalTrigger", fast_clock.repeat_every),
        patch("collectors.follow_schedule.CronTrigger", fast_clock.repeat_hourly),
        patch("cli.commands.follow.build_follower", follow_few),
        patch("cli.commands.follow.Follower", partial(Follower, table=build_table())),
    ):
        main(words, prog_name="plumbline")


if __name__ == "__main__":
    shown, real_begin_s, speed, *rest = sys.argv[1:]
    run_program(FastClock(datetime.fromisoformat(shown), float(real_begin_s), float(speed)), rest)
