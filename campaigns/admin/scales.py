"""The arithmetic of charts."""

from collections.abc import Sequence

STEPS = (2, 4, 6, 8, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100)
LEAST = 1.5  # what is there is to be seen, however few it is of many


def nice(most: int) -> int:
    """The end of a scale on which this still stands: two digits and zeros, and even, so that its half reads well."""
    unit: int = 10 ** max(0, len(str(most)) - 2)
    ends = [end * unit for end in STEPS]
    return next(end for end in ends if end >= most and end % 2 == 0)


def heights(numbers: Sequence[int], end: int, height: float) -> list[float]:
    """How high each part of a bar is where `end` is so high; together never higher than that."""
    drawn = [max(LEAST, height * number / end) if number > 0 else 0.0 for number in numbers]
    too_much = sum(drawn) - height
    if too_much > 0:
        drawn[drawn.index(max(drawn))] -= too_much
    return [round(one, 2) for one in drawn]


def places(number: int, width: float) -> list[tuple[float, float]]:
    """Where so many bars of equal width begin, and how wide they are: between them a fifth is left free."""
    step = width / number
    gap = min(step / 5, 3)
    return [(round(place * step + gap / 2, 2), round(step - gap, 2)) for place in range(number)]


def few(number: int, most: int) -> list[int]:
    """Which of so many bars are written at: the first, the last, and some between them, evenly."""
    if number <= most:
        return list(range(number))
    return [round(place * (number - 1) / (most - 1)) for place in range(most)]
