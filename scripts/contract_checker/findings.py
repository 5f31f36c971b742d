"""What a check has to say."""

from dataclasses import dataclass


@dataclass(frozen=True, order=True, slots=True)
class Finding:
    """One defect of the contract.

    Attributes:
        pointer: Where it is, as a JSON Pointer in a fragment: `#/paths/~1agents/get`.
        problem: What is wrong, in half a sentence.
        remedy: How to mend it, in half a sentence.
    """

    pointer: str
    problem: str
    remedy: str
