"""Answers in memory: bounded by bytes, and made once however many need them."""

from concurrent.futures import ThreadPoolExecutor, as_completed
from threading import Thread

from dashboard.web.answers.memory import LARGEST_SHARE, MAX_LONG_WAITS, OVERHEAD_BYTES, AnswerMemory, StoredAnswer

SIZE = OVERHEAD_BYTES + 1_000
"""What an answer with a body of 1,000 bytes takes."""


def build_answer(text: str, size: int = 1_000) -> StoredAnswer:
    """An answer with a body of so many bytes."""
    return StoredAnswer((("Content-Type", "text/plain"),), text.encode().ljust(size))


def build_memory(answer_count: int) -> AnswerMemory:
    """A memory with room for so many answers."""
    return AnswerMemory(answer_count * SIZE)


def store(memory: AnswerMemory, key: bytes, answer: StoredAnswer | None) -> None:
    """Make an answer as a request does."""
    assert memory.find(key) is None
    memory.finish(key, answer)


def test_the_answer_that_was_not_used_for_longest_makes_room() -> None:
    """Of eight answers the first is asked for again; a ninth takes the place of the second."""
    memory = build_memory(8)
    answers = {bytes([number]): build_answer(str(number)) for number in range(9)}
    for key in list(answers)[:8]:
        store(memory, key, answers[key])
    assert memory.find(b"\0") == answers[b"\0"]
    store(memory, b"\x08", answers[b"\x08"])
    assert memory.used_bytes == 8 * SIZE
    assert [memory.find(key) for key in answers if key != b"\x01"] == [
        answers[key] for key in answers if key != b"\x01"
    ]
    assert memory.find(b"\x01") is None


def test_a_large_answer_drops_as_many_as_it_needs() -> None:
    """Room for sixteen: one that takes two drops the first two."""
    memory = build_memory(16)
    for number in range(16):
        store(memory, bytes([number]), build_answer(str(number)))
    store(memory, b"large", build_answer("large", 2 * SIZE - OVERHEAD_BYTES))
    assert memory.used_bytes == 16 * SIZE
    assert memory.find(b"\x02") is not None
    assert memory.find(b"\0") is None
    assert memory.find(b"\x01") is None


def test_an_answer_beyond_its_share_is_not_stored() -> None:
    """An eighth of the memory is stored, a byte more is not and drops nothing."""
    memory = AnswerMemory(LARGEST_SHARE * SIZE)
    store(memory, b"whole", build_answer("whole"))
    store(memory, b"more", build_answer("more", 1_001))
    assert memory.used_bytes == SIZE
    assert memory.find(b"whole") is not None
    assert memory.find(b"more") is None


def test_a_second_answer_of_one_key_takes_the_place_of_the_first() -> None:
    """Two threads that did not wait for each other store the same: it counts once."""
    memory = build_memory(8)
    store(memory, b"key", build_answer("key"))
    memory.finish(b"key", build_answer("key"))
    assert memory.used_bytes == SIZE


def test_all_who_ask_at_once_get_the_answer_of_the_first() -> None:
    """The first of 20 makes the answer; the others get it, whether they came before or after it was made."""
    memory = build_memory(8)
    assert memory.find(b"key") is None
    found: list[StoredAnswer | None] = []
    threads = [Thread(target=lambda: found.append(memory.find(b"key"))) for _ in range(19)]
    for thread in threads:
        thread.start()
    answer = build_answer("key")
    memory.finish(b"key", answer)
    for thread in threads:
        thread.join()
    assert found == [answer] * 19


def test_who_waited_in_vain_makes_the_answer() -> None:
    """If the first fails, each of the others makes it, without a wait for the next one's failure."""
    memory = build_memory(8)
    assert memory.find(b"key") is None
    found: list[StoredAnswer | None] = []
    waiting = Thread(target=lambda: found.append(memory.find(b"key")))
    waiting.start()
    memory.finish(b"key", None)
    waiting.join()
    assert found == [None]
    memory.finish(b"key", None)
    assert memory.used_bytes == 0


def test_few_wait_for_long() -> None:
    """Of those who need a slow answer four wait until it is there; the others make it, and hold no thread up."""
    memory = AnswerMemory(8 * LARGEST_SHARE * SIZE, short_wait_s=0)
    assert memory.find(b"key") is None
    answer = build_answer("key")
    with ThreadPoolExecutor(MAX_LONG_WAITS + 2) as executor:
        results = [executor.submit(memory.find, b"key") for _ in range(MAX_LONG_WAITS + 2)]
        ended = as_completed(results)
        assert [next(ended).result(), next(ended).result()] == [None, None]
        memory.finish(b"key", answer)
        assert [result.result() for result in results].count(answer) == MAX_LONG_WAITS
