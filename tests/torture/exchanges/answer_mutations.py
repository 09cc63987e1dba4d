"""Makes bad answers of good ones: bytes flipped and cut, values of other types, rows doubled, moved and left out."""

import json
import math
from collections.abc import Callable
from random import Random
from typing import Any

ODD_VALUES: tuple[Any, ...] = (
    *(None, True, False, "", " ", "x", "NaN", "null", "-0", "1e400", "0x10", "1_000", "1,5", "٣", "\u202eevil\u200b"),
    *(math.nan, math.inf, -math.inf, 0, -1, 1e-300, 1e300, -1e300, 10**30, 10**400, 2**63, -(2**63), 0.1),
    *([], {}, [[]], {"": {}}, [None], {"x": None}, "\x1b[31m\x00", "=1+1", "9" * 5000, "A" * 100_000),
    *(1760126400000, 1760126400, "2025-10-10T20:00:00Z", "9999-12-31T23:59:59Z", 253402300800000, 1e20),
)
"""What takes the place of a value."""

Holder = dict[str, Any] | list[Any]


def mutate_answer(body: bytes, random: Random) -> bytes:
    """The body with one to four changes, in its JSON or in its bytes."""
    try:
        answer = json.loads(body)
    except ValueError:
        return mutate_bytes(body, random)
    if random.random() < BYTES_SHARE:
        return mutate_bytes(body, random)
    for _ in range(random.randint(1, 4)):
        answer = mutate_json(answer, random)
    return json.dumps(answer).encode()


BYTES_SHARE = 0.25
"""The share of answers of JSON that are changed in their bytes."""


def mutate_bytes(body: bytes, random: Random) -> bytes:
    """The bytes with some flipped, cut off, put in, doubled or left out."""
    changed = bytearray(body)
    for _ in range(random.randint(1, 8)):
        position = random.randrange(len(changed) + 1)
        match random.randrange(6):
            case 0 if changed:
                changed[min(position, len(changed) - 1)] ^= 1 << random.randrange(8)
            case 1:
                del changed[position:]
            case 2:
                changed[position:position] = random.randbytes(random.randint(1, 64))
            case 3:
                changed += changed[position : position + 4096]
            case 4:
                del changed[position : position + random.randint(1, 64)]
            case _:
                changed[position:position] = random.choice([b"\x00", b"[", b"}", b"1e9", b"\xff\xfe", b'"', b"-", b","])
    return bytes(changed)


def mutate_json(answer: Any, random: Random) -> Any:  # noqa: ANN401 - any JSON
    """The answer with one change at a place that is drawn."""
    holders = list_holders(answer)
    if not holders or random.random() < WHOLE_SHARE:
        return random.choice(ODD_VALUES)
    # Short lists are rows and long ones pages: either is drawn as often.
    holder = random.choice(random.choice([holders, sorted(holders, key=len)[-3:]]))
    if isinstance(holder, dict):
        change_dict(holder, random)
    else:
        random.choice(LIST_CHANGES)(holder, random)
    return answer


WHOLE_SHARE = 0.03
"""The share of changes that replace the whole answer."""


def list_holders(answer: Any) -> list[Holder]:  # noqa: ANN401 - any JSON
    """All filled lists and dicts of an answer, itself included."""
    found: list[Holder] = []
    waiting = [answer]
    while waiting:
        value = waiting.pop()
        if isinstance(value, list | dict) and value:
            found.append(value)
            waiting += value.values() if isinstance(value, dict) else value
    return found


def change_dict(holder: dict[str, Any], random: Random) -> None:
    """Replace a value, drop it, or name it otherwise."""
    key = random.choice(list(holder))
    match random.randrange(4):
        case 0:
            del holder[key]
        case 1:
            holder[f"{key}_"] = holder.pop(key)
        case _:
            holder[key] = random.choice(ODD_VALUES)


def replace_item(items: list[Any], random: Random) -> None:
    """Replace an item."""
    items[random.randrange(len(items))] = random.choice(ODD_VALUES)


def scale_item(items: list[Any], random: Random) -> None:
    """Multiply a number, or move it by minutes in ms or s."""
    numbers = [index for index, item in enumerate(items) if _is_number(item)]
    if numbers:
        index = random.choice(numbers)
        value = float(items[index])
        moved = random.choice([value * 1000, value / 1000, -value, value + 60_000, value - 60, value * 1e15, value + 1])
        items[index] = repr(moved) if isinstance(items[index], str) else moved


def _is_number(item: object) -> bool:
    try:
        return not isinstance(item, bool) and math.isfinite(float(item))  # type: ignore[arg-type] # the error says so
    except (OverflowError, TypeError, ValueError):
        return False


def drop_item(items: list[Any], random: Random) -> None:
    """Leave an item out."""
    del items[random.randrange(len(items))]


def double_items(items: list[Any], random: Random) -> None:
    """Have some items twice, at the end."""
    start = random.randrange(len(items))
    items += items[start : start + random.randint(1, 50)]


def shuffle_items(items: list[Any], random: Random) -> None:
    """Have the items in another order."""
    random.shuffle(items)


def reverse_items(items: list[Any], random: Random) -> None:
    """Have the items from the last to the first."""
    del random
    items.reverse()


def cut_items(items: list[Any], random: Random) -> None:
    """Have the first items only."""
    del items[random.randrange(len(items)) :]


def empty_items(items: list[Any], random: Random) -> None:
    """Have no item."""
    del random
    items.clear()


def nest_items(items: list[Any], random: Random) -> None:
    """Have the items within a deep list."""
    inner: list[Any] = list(items)
    for _ in range(random.choice([1, 2, 300])):
        inner = [inner]
    items[:] = inner


LIST_CHANGES: tuple[Callable[[list[Any], Random], None], ...] = (
    *(replace_item, replace_item, scale_item, scale_item, drop_item, double_items),
    *(shuffle_items, reverse_items, cut_items, empty_items, nest_items),
)
