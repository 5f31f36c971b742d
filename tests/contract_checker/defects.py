"""Defects to seed: each a small change of the real contract that one check has to catch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import yaml

from contract_checker import Document
from contract_checker.checks import Check, evidence, examples, links, operations, references
from contract_checker.checks import schemas as fields
from contract_checker.document import keys

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
    """A change of the contract, the check that has to catch it, and where."""

    name: str
    caught_by: Check
    change: Change
    pointer: str


def put(pointer: str, value: object) -> Change:
    """Set what `pointer` names."""

    def change(text: str) -> str:
        data = Document(text).data
        holder, last = _holder(data, pointer)
        holder[last] = value
        return _written(data)

    return change


def remove(pointer: str) -> Change:
    """Remove what `pointer` names, which has to be there."""

    def change(text: str) -> str:
        data = Document(text).data
        holder, last = _holder(data, pointer)
        del holder[last]
        return _written(data)

    return change


def swap(old: str, new: str) -> Change:
    """Replace the first `old` in the text by `new`: for what is gone once YAML is read."""

    def change(text: str) -> str:
        assert old in text, f"the contract has no {old!r} any more: choose another text to spoil"
        return text.replace(old, new, 1)

    return change


def _written(data: object) -> str:
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    return yaml.dump(data, Dumper=dumper, sort_keys=False, allow_unicode=True)


def _holder(data: object, pointer: str) -> tuple[dict[object, object], object]:
    *way, last = keys(pointer)
    holder = data
    for key in way:
        holder = holder[int(key)] if isinstance(holder, list) else holder[key]  # type: ignore[index]
    if isinstance(holder, list):
        return holder, int(last)  # type: ignore[return-value]
    assert isinstance(holder, dict)
    return holder, last


def _of_the_file() -> Iterator[Defect]:
    check: Check = references.yaml_survives_as_json
    yield Defect(
        "a status is a number",
        check,
        swap("'200': {$ref", "200: {$ref"),
        f"{CURRENT}/responses/200",
    )
    yield Defect(
        "a key is there twice",
        check,
        swap("  version: 1.0.0\n", "  version: 1.0.0\n  version: 2.0.0\n"),
        "#/info/version",
    )
    yield Defect(
        "a date is not quoted",
        check,
        swap("since: '2026-11-22'", "since: 2026-11-22"),
        f"{DEPRECATED}/x-deprecation/since",
    )
    yield Defect(
        "a merge key",
        check,
        swap("      responses: *everyAnswer", "      responses: {<<: *everyAnswer}"),
        f"{DEPRECATED}/responses/<<",
    )
    check = references.references_lead_somewhere
    yield Defect(
        "a reference to nothing",
        check,
        put(f"{RESPONSES}/NotFound/headers/Link/$ref", "#/components/headers/Lnk"),
        f"{RESPONSES}/NotFound/headers/Link/$ref",
    )
    yield Defect(
        "a reference to another file",
        check,
        put(f"{REQUEST}/properties/inputVariables/$ref", "common.json#/InputVariables"),
        f"{REQUEST}/properties/inputVariables/$ref",
    )
    yield Defect(
        "a reference to another kind of thing",
        check,
        put(f"{CURRENT}/requestBody/$ref", REQUEST),
        f"{CURRENT}/requestBody/$ref",
    )
    yield Defect(
        "references in a circle",
        check,
        put(f"{SCHEMAS}/Attachment", {"$ref": f"{SCHEMAS}/Attachment"}),
        f"{SCHEMAS}/Attachment/$ref",
    )
    check = references.components_are_used
    yield Defect(
        "an example that nobody refers to",
        check,
        remove(f"{RESPONSES}/BadRequest/content/application~1json/examples/agent-inactive"),
        f"{EXAMPLES}/agent-inactive",
    )
    yield Defect(
        "a schema that nobody refers to",
        check,
        put(f"{SCHEMAS}/Orphan", {"type": "object"}),
        f"{SCHEMAS}/Orphan",
    )
    yield Defect(
        "a security scheme that nobody asks for",
        check,
        put("#/components/securitySchemes/basicAuth", {"type": "http", "scheme": "basic"}),
        "#/components/securitySchemes/basicAuth",
    )


def _of_schemas() -> Iterator[Defect]:
    yield Defect(
        "a type that JSON Schema does not have",
        fields.schemas_are_schemas,
        put(f"{REQUEST}/properties/message/type", "text"),
        f"{REQUEST}/properties/message/type",
    )
    yield Defect(
        "a requirement that is no list",
        fields.schemas_are_schemas,
        put(f"{RESPONSE}/required", "success"),
        f"{RESPONSE}/required",
    )
    yield Defect(
        "an array of the answer without items",
        fields.arrays_say_what_they_hold,
        remove(f"{RESPONSE}/properties/generativeOutputs/items"),
        f"{RESPONSE}/properties/generativeOutputs",
    )
    yield Defect(
        "an array among other types without items",
        fields.arrays_say_what_they_hold,
        remove(f"{SCHEMAS}/Error/properties/message/items"),
        f"{SCHEMAS}/Error/properties/message",
    )
    for pointer, key in (
        (f"{REQUEST}/properties/contactId", "description"),
        (f"{RESPONSE}/properties/flowSwitch", "example"),
        ("#/components/parameters/source", "x-evidence"),
        (f"{HEADERS}/Allow", "description"),
    ):
        change = remove(f"{pointer}/{key}")
        name = f"no {key} at {pointer}"
        yield Defect(name, fields.fields_are_explained, change, pointer)
    yield Defect(
        "an enumeration of the known answers",
        fields.answers_stay_open,
        put(f"{RESPONSE}/properties/executionStatus/enum", ["completed"]),
        f"{RESPONSE}/properties/executionStatus/enum",
    )
    yield Defect(
        "a format of an id",
        fields.answers_stay_open,
        put(f"{SCHEMAS}/Error/properties/traceId/format", "uuid"),
        f"{SCHEMAS}/Error/properties/traceId/format",
    )
    yield Defect(
        "a default that is not accepted",
        fields.accepted_values_include_the_default,
        put(f"{VERSION}/schema/default", "2020-01-01"),
        f"{VERSION}/x-accepted-values",
    )


def _of_examples() -> Iterator[Defect]:
    check: Check = examples.values_fit_their_schemas
    for name, pointer, value, where in (
        ("an answer that breaks its schema", f"{EXAMPLES}/reply/value/success", "yes", 2),
        ("an error that breaks its schema", f"{EXAMPLES}/agent-unknown/value/message", 404, 2),
        ("a request that breaks its schema", f"{EXAMPLES}/first-message/value/message", "", 2),
        ("a field's example that breaks it", f"{RESPONSE}/properties/type/example", 1, 0),
        ("a default that breaks its schema", f"{VERSION}/schema/default", 20210728, 0),
        ("a parameter's example that breaks it", f"{VERSION}/example", 20210728, 0),
        ("a header's example that breaks it", f"{HEADERS}/Retry-After/example", "soon", 0),
    ):
        expected = pointer if not where else pointer.rpartition("/")[0]
        yield Defect(name, check, put(pointer, value), expected)
    yield Defect(
        "an answer that lacks a required field",
        check,
        remove(f"{EXAMPLES}/reply-goal-completed/value/flowSwitch"),
        f"{EXAMPLES}/reply-goal-completed/value",
    )
    yield Defect(
        "an example under another name",
        examples.names_are_kept,
        put(
            f"{RESPONSES}/NotFound/content/application~1json/examples/agent-missing",
            {"$ref": "#/components/examples/agent-unknown"},
        ),
        f"{RESPONSES}/NotFound/content/application~1json/examples/agent-missing",
    )
    yield Defect(
        "a body that repeats another status",
        examples.statuses_agree,
        put(f"{EXAMPLES}/session-expired/value/statusCode", 400),
        f"{EXAMPLES}/session-expired/value/statusCode",
    )


def _of_operations() -> Iterator[Defect]:
    check: Check = operations.ids_stay_distinct
    ids = f"{DEPRECATED}/operationId"
    yield Defect("ids alike but for case", check, put(ids, "execute-agent"), ids)
    yield Defect("no id", check, remove(ids), ids)
    check = operations.answers_are_complete
    answers = f"{CURRENT}/responses"
    yield Defect("no answer for 415", check, remove(f"{answers}/415"), answers)
    yield Defect("no answer for success", check, remove(f"{answers}/200"), answers)
    check = operations.headers_are_complete
    for response, header in (
        ("NotFound", "X-RateLimit-Remaining"),
        ("Unauthorized", "WWW-Authenticate"),
        ("MethodNotAllowed", "Allow"),
        ("TooManyRequests", "Retry-After"),
    ):
        headers = f"{RESPONSES}/{response}/headers"
        yield Defect(f"{response} without {header}", check, remove(f"{headers}/{header}"), headers)
    check = operations.access_is_declared
    security = f"{CURRENT}/security"
    yield Defect("no security", check, remove(security), security)
    yield Defect("optional security", check, put(security, [{}]), security)
    yield Defect("an unknown scheme", check, put(security, [{"bearer": ["write"]}]), security)
    yield Defect("no scope", check, put(f"{security}/0/bearerAuth", []), security)
    check = operations.deprecations_name_a_successor
    notice = f"{DEPRECATED}/x-deprecation"
    yield Defect("deprecated without a word", check, remove(notice), notice)
    yield Defect("an unknown successor", check, put(f"{notice}/successor", "runAgent"), notice)


def _of_links() -> Iterator[Defect]:
    check: Check = links.targets_exist
    yield Defect(
        "a link to no operation",
        check,
        put(f"{LINK}/operationId", "runAgent"),
        f"{LINK}/operationId",
    )
    yield Defect("a link without a target", check, remove(f"{LINK}/operationId"), LINK)
    yield Defect("a link with two targets", check, put(f"{LINK}/operationRef", CURRENT), LINK)
    check = links.parameters_exist
    parameters = f"{LINK}/parameters"
    yield Defect(
        "a parameter that the target lacks",
        check,
        put(f"{parameters}/agent", "$request.path.agentId"),
        f"{parameters}/agent",
    )
    yield Defect(
        "a required parameter left out", check, remove(f"{parameters}/agentId"), parameters
    )
    check = links.expressions_point_somewhere
    agent, session = f"{parameters}/agentId", f"{LINK}/requestBody/executionId"
    for name, pointer, expression in (
        ("an unknown parameter", agent, "$request.path.agent"),
        ("a parameter in another place", agent, "$request.query.agentId"),
        ("an unknown header", agent, "$response.header.X-Agent"),
        ("an unknown field of the answer", session, "{$response.body#/sessionId}"),
        ("an unknown field of the request", session, "{$request.body#/session}"),
        ("no expression at all", session, "{$answer.executionId}"),
        ("a path in an answer", agent, "$response.path.agentId"),
    ):
        yield Defect(f"an expression with {name}", check, put(pointer, expression), pointer)
    check = links.values_fit_their_target
    body = f"{LINK}/requestBody"
    for name, change in (
        ("of the wrong type", put(f"{body}/executionId", "{$response.body#/success}")),
        ("that the target does not know", put(f"{body}/sessionId", "x")),
        ("that is empty", put(f"{body}/message", "")),
    ):
        yield Defect(f"a link hands over a field {name}", check, change, body)
    yield Defect("a link leaves out a required field", check, remove(f"{body}/locationId"), body)
    yield Defect("a link hands over a wrong parameter", check, put(agent, ""), agent)


def _of_evidence() -> Iterator[Defect]:
    check: Check = evidence.levels_are_known
    found = f"{EXAMPLES}/reply/x-evidence"
    yield Defect("an unknown level", check, put(f"{found}/level", "rumoured"), f"{found}/level")
    yield Defect("an empty source", check, put(f"{found}/source", " "), f"{found}/source")
    yield Defect(
        "no source at a field",
        check,
        remove(f"{REQUEST}/properties/message/x-evidence/source"),
        f"{REQUEST}/properties/message/x-evidence/source",
    )
    yield Defect(
        "an example without evidence",
        evidence.examples_have_evidence,
        remove(f"{EXAMPLES}/quota-exceeded/x-evidence"),
        f"{EXAMPLES}/quota-exceeded",
    )
    check = evidence.behaviours_are_distinct
    first = "#/x-behaviours/1"
    yield Defect("a behaviour twice", check, put(f"{first}/id", "session-start"), f"{first}/id")
    yield Defect(
        "a behaviour named as an example", check, put(f"{first}/id", "reply"), f"{first}/id"
    )
    yield Defect("a behaviour without a source", check, remove(f"{first}/source"), first)
    yield Defect("a behaviour of no level", check, put(f"{first}/evidence", "sure"), f"{first}/evidence")


DEFECTS = (
    *_of_the_file(),
    *_of_schemas(),
    *_of_examples(),
    *_of_operations(),
    *_of_links(),
    *_of_evidence(),
)
