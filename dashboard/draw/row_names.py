"""Names of markets that are drawn together: no two alike."""

from collections import Counter
from collections.abc import Sequence

from dashboard.draw.scene import Scene
from deviation.result import MarketRow


def name_rows(scene: Scene, rows: Sequence[MarketRow]) -> list[str]:
    """The exchange of each row, with its quote where it has several of these rows."""
    counts = Counter(scene.format_name(row) for row in rows)
    names = (scene.format_name(row) for row in rows)
    return [f"{name} {row.market.quote}" if counts[name] > 1 else name for name, row in zip(names, rows, strict=True)]
