"""The mock inside a test: scripted from Python, watched, and strict about what was promised.

With pytest, ask for the fixture `leadway_mock`, which is a `Mock`; without, make one::

    with Mock(dialogue="booking.txt") as mock:
        run_the_application(environment=mock.environment)
        mock.assert_said("I need a haircut")

When the block ends, `NotAsScriptedError` tells what went otherwise than scripted: a message that no
turn expects, a request that breaks the contract, one that came with another token, a turn or a
fault that was never used. `allow` and `strict` let some of it, or all, pass.
"""

from leadway_mock.testing.conversations import Conversation
from leadway_mock.testing.expectations import KINDS, UnexpectedInteractionError
from leadway_mock.testing.host import Host
from leadway_mock.testing.mock import Mock

__all__ = ["KINDS", "Conversation", "Host", "Mock", "UnexpectedInteractionError"]
