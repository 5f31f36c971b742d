"""Defects for the checks to catch: each is a small change of the real contract."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

from contract_checker import Check, Document, checks, links
from leadway_mock.util.json_pointer import to_path

Change = Callable[[str], str]

CURRENT = "#/paths/~1agent-studio~1agent~1{agentId}~1execute/post"
DEPRECATED = "#/paths/~1agent-studio~1public-api~1agents~1{agentId}~1execute/post"
EXAMPLES = "#/components/examples"
HEADERS = "#/components/headers"
LINK = "#/components/links/continueConversation"
SCHEMAS = "#/components/schemas"
REQUEST = f"{SCHEMAS}/ExecuteAgentRequest"
RESPONSE = f"{SCHEMAS}/ExecuteAgentResponse"
RESPONSES = "#/components/responses"
VERSION = "#/components/parameters/Version"


@dataclass(frozen=True)
class Defect:
    """A change of the contract, the check that must catch it, and the pointer of the problem."""

    name: str
    caught_by: Check
    change: Change
    pointer: str


def put(pointer: str, value: object) -> Change:
    """Set the value at `pointer`."""

    def change(text: str) -> str:
        data = Document(text).data
        holder, last = _holder(data, pointer)
        holder[last] = value
        return _dump(data)

    return change


def remove(pointer: str) -> Change:
    """Remove the value at `pointer`, which must exist."""

    def change(text: str) -> str:
        data = Document(text).data
        holder, last = _holder(data, pointer)
        del holder[last]
        return _dump(data)

    return change


def swap(old: str, new: str) -> Change:
    """Replace the first `old` in the text, for defects that parsed YAML does not show."""

    def change(text: str) -> str:
        assert old in text, f"the contract has no {old!r}; choose another text"
        return text.replace(old, new, 1)

    return change


def _dump(data: object) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=True)


def _holder(data: object, pointer: str) -> tuple[dict[object, object], object]:
    *path, last = map(str, to_path(pointer))
    holder = data
    for key in path:
        holder = holder[int(key)] if isinstance(holder, list) else holder[key]  # type: ignore[index]
    if isinstance(holder, list):
        return holder, int(last)  # type: ignore[return-value]
    assert isinstance(holder, dict)
    return holder, last


def _of_yaml() -> Iterator[Defect]:
    check: Check = Document.ambiguities
    yield Defect(
        "a status is a number",
        check,
        swap("'200': {$ref", "200: {$ref"),
        f"{CURRENT}/responses/200",
    )
    yield Defect(
        "a date without quotes",
        check,
        swap("since: '2026-11-22'", "since: 2026-11-22"),
        f"{DEPRECATED}/x-deprecation/since",
    )


REDOCLY_DEFECTS: dict[str, tuple[Change, str]] = {
    "a reference to nothing": (
        put(f"{RESPONSES}/NotFound/headers/Link/$ref", "#/components/headers/Lnk"),
        "no-unresolved-refs",
    ),
    "a reference to another file": (
        put(f"{REQUEST}/properties/inputVariables/$ref", "common.json#/InputVariables"),
        "no-unresolved-refs",
    ),
    "a reference to another kind of object": (
        put(f"{CURRENT}/requestBody/$ref", REQUEST),
        "struct",
    ),
    "an unused example": (
        remove(f"{RESPONSES}/BadRequest/content/application~1json/examples/agent-inactive"),
        "no-unused-components",
    ),
    "an unused schema": (put(f"{SCHEMAS}/Orphan", {"type": "object"}), "no-unused-components"),
    "an unused security scheme": (
        put("#/components/securitySchemes/basicAuth", {"type": "http", "scheme": "basic"}),
        "no-unused-components",
    ),
    "a type that JSON Schema does not have": (
        put(f"{REQUEST}/properties/message/type", "text"),
        "struct",
    ),
    "`required` is not a list": (put(f"{RESPONSE}/required", "success"), "struct"),
    "no response for 415": (remove(f"{CURRENT}/responses/415"), "rule/body-responses"),
    "no response for 405": (remove(f"{CURRENT}/responses/405"), "rule/error-responses"),
    "no id of an operation": (remove(f"{DEPRECATED}/operationId"), "operation-operationId"),
    "no success response": (remove(f"{CURRENT}/responses/200"), "operation-2xx-response"),
    "no headers": (remove(f"{RESPONSES}/NotFound/headers"), "rule/headers"),
    "no common header": (
        remove(f"{RESPONSES}/NotFound/headers/X-RateLimit-Remaining"),
        "rule/common-headers",
    ),
    **{
        f"{response} without {header}": (
            remove(f"{RESPONSES}/{response}/headers/{header}"),
            "response-contains-header",
        )
        for response, header in (
            ("Unauthorized", "WWW-Authenticate"),
            ("MethodNotAllowed", "Allow"),
            ("TooManyRequests", "Retry-After"),
        )
    },
    **{
        f"no {key} at {pointer}": (remove(f"{pointer}/{key}"), rule)
        for pointer, key, rule in (
            (f"{REQUEST}/properties/contactId", "description", "rule/fields"),
            (f"{RESPONSE}/properties/flowSwitch", "example", "rule/fields"),
            (f"{SCHEMAS}/AgentVersion/properties/state", "x-evidence", "rule/fields"),
            ("#/components/parameters/source", "x-evidence", "rule/parameters"),
            (f"{HEADERS}/Allow", "description", "rule/response-headers"),
            (f"{EXAMPLES}/quota-exceeded", "x-evidence", "rule/examples"),
        )
    },
    "no security": (remove(f"{CURRENT}/security"), "rule/security"),
    "optional security": (put(f"{CURRENT}/security", [{}]), "rule/security-scheme"),
    "an unknown scheme": (
        put(f"{CURRENT}/security", [{"bearer": ["write"]}]),
        "rule/security-scheme",
    ),
}
"""Defects that Redocly catches, with the rule that catches them."""

CIRCULAR_REFERENCE = put(f"{SCHEMAS}/Attachment", {"$ref": f"{SCHEMAS}/Attachment"})
"""Redocly stops at this one, so it is linted by itself."""


def _of_schemas() -> Iterator[Defect]:
    yield Defect(
        "an enumeration of known values",
        checks.response_schemas_stay_open,
        put(f"{RESPONSE}/properties/executionStatus/enum", ["completed"]),
        f"{RESPONSE}/properties/executionStatus/enum",
    )
    yield Defect(
        "a format of an id",
        checks.response_schemas_stay_open,
        put(f"{SCHEMAS}/Error/properties/traceId/format", "uuid"),
        f"{SCHEMAS}/Error/properties/traceId/format",
    )
    yield Defect(
        "a default that is not accepted",
        checks.accepted_values_include_the_default,
        put(f"{VERSION}/schema/default", "2020-01-01"),
        f"{VERSION}/x-accepted-values",
    )


def _of_examples() -> Iterator[Defect]:
    check: Check = checks.values_fit_their_schemas
    for name, pointer, value, where in (
        ("an invalid response example", f"{EXAMPLES}/reply/value/success", "yes", 2),
        ("an invalid error example", f"{EXAMPLES}/agent-unknown/value/message", 404, 2),
        ("an invalid request example", f"{EXAMPLES}/first-message/value/message", "", 2),
        ("an invalid example of a field", f"{RESPONSE}/properties/type/example", 1, 0),
        ("an invalid default", f"{VERSION}/schema/default", 20210728, 0),
        ("an invalid example of a parameter", f"{VERSION}/example", 20210728, 0),
        ("an invalid example of a header", f"{HEADERS}/Retry-After/example", "soon", 0),
    ):
        expected = pointer if not where else pointer.rpartition("/")[0]
        yield Defect(name, check, put(pointer, value), expected)
    yield Defect(
        "a response example without a required field",
        check,
        remove(f"{EXAMPLES}/reply-goal-completed/value/flowSwitch"),
        f"{EXAMPLES}/reply-goal-completed/value",
    )
    yield Defect(
        "an example with another name",
        checks.example_names_are_kept,
        put(
            f"{RESPONSES}/NotFound/content/application~1json/examples/agent-missing",
            {"$ref": "#/components/examples/agent-unknown"},
        ),
        f"{RESPONSES}/NotFound/content/application~1json/examples/agent-missing",
    )
    yield Defect(
        "a body with another status",
        checks.statuses_agree,
        put(f"{EXAMPLES}/session-expired/value/statusCode", 400),
        f"{EXAMPLES}/session-expired/value/statusCode",
    )


def _of_operations() -> Iterator[Defect]:
    check: Check = checks.operation_ids_are_distinct
    ids = f"{DEPRECATED}/operationId"
    yield Defect("ids that differ by case", check, put(ids, "execute-agent"), ids)
    check = checks.deprecations_have_a_successor
    notice = f"{DEPRECATED}/x-deprecation"
    yield Defect("a deprecation without notice", check, remove(notice), notice)
    yield Defect("an unknown successor", check, put(f"{notice}/successor", "runAgent"), notice)


def _of_links() -> Iterator[Defect]:
    check: Check = links.link_targets_exist
    yield Defect(
        "a link to an unknown operation",
        check,
        put(f"{LINK}/operationId", "runAgent"),
        f"{LINK}/operationId",
    )
    yield Defect("a link without a target", check, remove(f"{LINK}/operationId"), LINK)
    yield Defect("a link with two targets", check, put(f"{LINK}/operationRef", CURRENT), LINK)
    check = links.link_parameters_exist
    parameters = f"{LINK}/parameters"
    yield Defect(
        "an unknown parameter of the target",
        check,
        put(f"{parameters}/agent", "$request.path.agentId"),
        f"{parameters}/agent",
    )
    yield Defect("a missing required parameter", check, remove(f"{parameters}/agentId"), parameters)
    check = links.link_expressions_resolve
    agent, session = f"{parameters}/agentId", f"{LINK}/requestBody/executionId"
    for name, pointer, expression in (
        ("an unknown parameter", agent, "$request.path.agent"),
        ("a parameter in another place", agent, "$request.query.agentId"),
        ("an unknown header", agent, "$response.header.X-Agent"),
        ("an unknown field of the response", session, "{$response.body#/sessionId}"),
        ("an unknown field of the request", session, "{$request.body#/session}"),
        ("an unknown syntax", session, "{$answer.executionId}"),
        ("a path of a response", agent, "$response.path.agentId"),
    ):
        yield Defect(f"an expression with {name}", check, put(pointer, expression), pointer)
    check = links.link_values_are_valid
    body = f"{LINK}/requestBody"
    for name, change in (
        ("of the wrong type", put(f"{body}/executionId", "{$response.body#/success}")),
        ("that the target does not know", put(f"{body}/sessionId", "x")),
        ("that is empty", put(f"{body}/message", "")),
    ):
        yield Defect(f"a link sends a field {name}", check, change, body)
    yield Defect("a link without a required field", check, remove(f"{body}/locationId"), body)
    yield Defect("a link with an invalid parameter", check, put(agent, ""), agent)


def _of_evidence() -> Iterator[Defect]:
    check: Check = checks.evidence_is_valid
    found = f"{EXAMPLES}/reply/x-evidence"
    yield Defect("an unknown level", check, put(f"{found}/level", "rumoured"), f"{found}/level")
    yield Defect("an empty source", check, put(f"{found}/source", " "), f"{found}/source")
    yield Defect(
        "no source at a field",
        check,
        remove(f"{REQUEST}/properties/message/x-evidence/source"),
        f"{REQUEST}/properties/message/x-evidence/source",
    )
    check = checks.behaviours_are_distinct
    first = "#/x-behaviours/1"
    yield Defect("a behaviour twice", check, put(f"{first}/id", "session-start"), f"{first}/id")
    yield Defect(
        "a behaviour with the id of an example", check, put(f"{first}/id", "reply"), f"{first}/id"
    )
    yield Defect("a behaviour without a source", check, remove(f"{first}/source"), first)
    yield Defect(
        "a behaviour with an unknown level",
        check,
        put(f"{first}/evidence", "sure"),
        f"{first}/evidence",
    )


DEFECTS = (
    *_of_yaml(),
    *_of_schemas(),
    *_of_examples(),
    *_of_operations(),
    *_of_links(),
    *_of_evidence(),
)
