"""Sets of small whole numbers whose union is counted fast, however large they grow (pure)."""

from collections.abc import Sequence

# A hot file of 100,000 changes has 100 blocks of 1,024 bits; one of a single change has one, of 128 bytes at most.
BLOCK_BITS = 10
BLOCK_MASK = (1 << BLOCK_BITS) - 1


class NumberSet:
    """Numbers from 0, as bits in blocks."""

    __slots__ = ("_blocks", "_size")

    def __init__(self) -> None:
        self._blocks: dict[int, int] = {}
        self._size = 0

    def add(self, number: int) -> None:
        """Take a number in."""
        block, bit = number >> BLOCK_BITS, 1 << (number & BLOCK_MASK)
        bits = self._blocks.get(block, 0)
        if not bits & bit:
            self._blocks[block] = bits | bit
            self._size += 1

    @staticmethod
    def union_size(sets: Sequence["NumberSet"]) -> int:
        """How many different numbers the sets hold; at once where there is one set."""
        if len(sets) == 1:
            return sets[0]._size
        union: dict[int, int] = {}
        for one in sets:
            for block, bits in one._blocks.items():
                union[block] = union.get(block, 0) | bits
        return sum(bits.bit_count() for bits in union.values())
