"""Waits for what another process writes, with an end to the patience."""

import select


def has_output(pipe: int, seconds: float) -> bool:
    """True once there is something to read from the descriptor `pipe`, or its end; False after `seconds`.

    Through poll, since select refuses descriptors from 1,024 on, which a busy server reaches.
    """
    waiting = select.poll()
    waiting.register(pipe, select.POLLIN)
    return bool(waiting.poll(max(0.0, seconds) * 1000))
