"""The source of all chance: Philox4x32-10 (Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy
as 1, 2, 3", SC 2011), a keyed bijection of 128-bit counters. No state: the same arguments, the same words.

Everything is int64 arithmetic masked to 32 bits, so that compiled code, Python ints and ``np.int64`` agree.
"""

from __future__ import annotations

from simulator.jit import inlined, kernel

_WORD = 0xFFFFFFFF
_MULTIPLIER_0 = 0xD2511F53
_MULTIPLIER_1 = 0xCD9E8D57
_WEYL_0 = 0x9E3779B9
_WEYL_1 = 0xBB67AE85


def _rounds(c0: int, c1: int, c2: int, c3: int, k0: int, k1: int) -> tuple[int, int, int, int]:
    """Four 32-bit words (as int64) from a counter of four words and a key of two."""
    # int() turns np.int64, which would warn of the wanted overflow, into a Python int; compiled, it is
    # nothing.
    a0, a1, a2, a3 = int(c0) & _WORD, int(c1) & _WORD, int(c2) & _WORD, int(c3) & _WORD
    b0, b1 = int(k0) & _WORD, int(k1) & _WORD
    for _ in range(10):
        # Compiled, a product wraps at 64 bits; shift and mask then still give its upper word.
        p0 = _MULTIPLIER_0 * a0
        p1 = _MULTIPLIER_1 * a2
        a0 = ((p1 >> 32) & _WORD) ^ a1 ^ b0
        a1 = p1 & _WORD
        a2 = ((p0 >> 32) & _WORD) ^ a3 ^ b1
        a3 = p0 & _WORD
        b0 = (b0 + _WEYL_0) & _WORD
        b1 = (b1 + _WEYL_1) & _WORD
    return a0, a1, a2, a3


philox = kernel(_nrt=False)(_rounds)
words_inline = inlined(_rounds)            # for loops over many counters, which the compiler then runs side by side


@kernel(_nrt=False)
def block(seed: int, path: int, decision: int, entity: int,
          slot: int = 0) -> tuple[float, float, float, float]:
    """Four uniforms in (0, 1) that decide ``decision`` for ``entity`` on ``path`` under ``seed``.

    ``entity``, ``slot`` and ``path`` are used modulo 2**32, ``seed`` modulo 2**64; see decisions.py for what
    an entity is and what each of the four lanes means. A uniform is (word + ½)·2⁻³²: never 0, never 1.
    """
    w0, w1, w2, w3 = philox(entity, slot, path, decision, seed, int(seed) >> 32)
    scale = 2.0**-32
    return (w0 + 0.5) * scale, (w1 + 0.5) * scale, (w2 + 0.5) * scale, (w3 + 0.5) * scale
