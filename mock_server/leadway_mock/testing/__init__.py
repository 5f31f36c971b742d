"""Mock of one test: scripted from Python, with assertions on what the application sent.

With pytest, request the fixture `leadway_mock`, which is a `Mock`. Without pytest, create one::

    with Mock(dialogue="booking.txt") as mock:
        run_the_application(environment=mock.environment)
        mock.assert_said("I need a haircut")

At the end of the block, `UnexpectedInteractionError` lists what the test did not expect: a message
that no turn expects, a request that violates the contract or has another token, a turn or a fault
that was never used. `allow` permits some of these, `strict=False` permits all.
"""

from leadway_mock.testing.expectations import KINDS, UnexpectedInteractionError
from leadway_mock.testing.host import Host
from leadway_mock.testing.journal import Conversation
from leadway_mock.testing.mock import Mock

__all__ = ["KINDS", "Conversation", "Host", "Mock", "UnexpectedInteractionError"]
