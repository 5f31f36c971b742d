// Written by scripts/node_types.py from control.yaml. Edit that, then run `make docs`.

/** The reason of the error, and the fix. */
export type Error = {
  /** The HTTP status. */
  statusCode: number;
  /** What is wrong and how to fix it. */
  message: string;
  /** The reason phrase of the status. */
  error?: string;
  /** Each invalid value in the request. */
  problems?: ({
    /** The part of the request. */
    in: "body" | "query";
    /** A JSON pointer into that part. */
    pointer: string;
    /** What is wrong. */
    message: string;
    /** How to fix it. */
    hint?: string;
  })[];
};

/** For how long the port refuses connections. */
export type ConnectionRefusal = {
  /** Number of seconds, one minute at most. */
  seconds: number;
};

/** Status of the mock. */
export type Health = {
  /** `ok`. */
  status: string;
  /** The version of the mock. */
  version: string;
  /** The version of the contract. */
  contractVersion: string;
  /** The profile of the namespace. */
  profile: string;
  /** The agents. */
  agents: ({
    /** Its id in the path. */
    id: string;
    /** Its display name. */
    name: string;
    /** `active`, or the reason why it is not. */
    status: string;
    /** Whether it has a published version; others are not found. */
    published: boolean;
    /** Whether it is a managed agent. */
    managed: boolean;
    /** The location it belongs to; null for any. */
    locationId: string | null;
    [name: string]: unknown;
  })[];
  /** The names of the namespace's dialogues, sorted. */
  dialogues: string[];
  /** Errors of files that changed and cannot be loaded, by content (`contract`, `agents`, `dialogues`). The previous version stays in use. */
  loadErrors: Record<string, string>;
  /** Number of worker processes; they share all state. */
  workers: number;
  /** Whether the control API rejects changes. */
  readOnly: boolean;
  /** Number of sessions in the namespace. */
  sessions: number;
  [name: string]: unknown;
};

/** A namespace, with the number of its sessions and entries. */
export type Namespace = {
  /** The fingerprint of its token; null for the shared namespace. */
  name: string | null;
  /** Whether it belongs to one token. */
  dedicated: boolean;
  /** Number of stored sessions. */
  sessions: number;
  /** Number of entries in the journal. */
  journalEntries: number;
};

/** A session. */
export type Session = {
  /** Its id. */
  executionId: string;
  /** The agent. */
  agentId: string;
  /** The location. */
  locationId: string;
  /** The version of the agent. */
  versionId: string;
  /** The contact in the last message, if any. */
  contactId: string | null;
  /** Number of its turns. */
  turns: number;
  /** Time of the last turn. */
  lastTurnAt: string;
  /** When it expires without a further turn. */
  expiresAt: string;
  /** Whether it has expired and cannot be continued. */
  expired: boolean;
  /** Whether the agent has reached its goal. */
  goalCompletion: boolean;
  [name: string]: unknown;
};

/** A session with its turns. */
export type Transcript = {
  /** Its id. */
  executionId: string;
  /** The agent. */
  agentId: string;
  /** The location. */
  locationId: string;
  /** The version of the agent. */
  versionId: string;
  /** The contact in the last message, if any. */
  contactId: string | null;
  /** Number of its turns. */
  turns: number;
  /** Time of the last turn. */
  lastTurnAt: string;
  /** When it expires without a further turn. */
  expiresAt: string;
  /** Whether it has expired and cannot be continued. */
  expired: boolean;
  /** Whether the agent has reached its goal. */
  goalCompletion: boolean;
  /** A page of its turns. */
  transcript: {
    /** Its number, from 1. */
    turn: number;
    /** Time of the turn. */
    at: string;
    /** The id of this interaction. */
    interactionId: string;
    /** The user's message. */
    message: string;
    /** The agent's response. */
    response: string;
    /** Whether the agent had reached its goal. */
    goalCompletion: boolean;
    [name: string]: unknown;
  }[];
  next: Next;
  [name: string]: unknown;
};

/** An agent that was created or seeded. */
export type CreatedAgent = {
  /** Its id. */
  id: string;
  /** Its name. */
  name: string;
  /** The location it belongs to. */
  location: string;
  /** Its status. */
  status: string;
  /** Whether it has a published version. */
  published: boolean;
  /** The ids of its versions, the oldest first. */
  versions: string[];
  /** Number of its canned replies. */
  replies: number;
};

/** Agents that were created or seeded. */
export type CreatedAgents = {
  /** The agents. */
  agents: CreatedAgent[];
};

/** An agents file, as text or as JSON. */
export type AgentsInput = {
  /** The file as YAML. */
  text?: string;
  /** The agents of the file. */
  agents?: Record<string, unknown>[];
};

/** What was deleted. */
export type Deleted = {
  /** Its id or name. */
  deleted: string;
};

/** Send it as `after` for the next page; null on the last page. */
export type Next = number | null;

/** Which entries come first. */
export type Order = "oldest" | "newest";

/** A time as in RFC 3339, from 1970 to 9000, such as `2026-11-22T09:00:00Z`. */
export type Time = string;

/** `all` means all others, and the number of requests from which ids are generated. */
export type Scope = "sessions" | "journal" | "quotas" | "faults" | "agents" | "dialogues" | "clock" | "settings" | "all";

/** Properties that an entry must have, all of them. A list means any of its items. */
export type Match = {
  /** The status of the response, or its class, such as `4xx`. */
  status?: number | string | (number | string)[];
  /** The rule that decided the response, as in `X-Mock-Rule`. */
  rule?: string | string[];
  /** The evidence of that rule, as in `X-Mock-Evidence`. */
  evidence?: string | string[];
  /** The method of the request. */
  method?: string | string[];
  /** The path of the request; `*` matches anything. */
  path?: string | string[];
  /** Fingerprint of the client's `Authorization` header, as in the journal. */
  tokenFingerprint?: string | string[];
  /** The operation of the contract. */
  operationId?: string | string[];
  /** The agent in the path. */
  agentId?: string | string[];
  /** The location in the body. */
  locationId?: string | string[];
  /** The session that contains the turn. */
  executionId?: string | string[];
  /** The session that contains the turn, or that the request names, also in vain. */
  session?: string | string[];
  /** The number of the turn. */
  turn?: number | number[];
  /** A part of the request's body, as sent, without secrets. */
  body?: string | string[];
  /** Whether a fault fired, or its id. */
  fault?: boolean | string | string[];
  /** Whether the request contained input that nothing used. */
  hasUnusedInput?: boolean;
  /** Whether a text of the entry is truncated. */
  truncated?: boolean;
};

/** A request, its response, and what the pipeline found out. Later versions may add fields. */
export type Entry = {
  /** Its number in the journal, from 1. */
  number: number;
  /** Time of the request by the clock of the namespace. */
  at: string;
  /** Processing time in milliseconds, without delays and without the commit, of which the entry is a part. */
  durationMs: number;
  /** Name of the namespace; absent for the shared one. */
  namespace?: string;
  /** The operation of the contract. */
  operationId?: string;
  /** The parameters in the path. */
  pathParameters?: Record<string, string>;
  /** The location in the body. */
  locationId?: string;
  /** The session that contains the turn. */
  executionId?: string;
  /** The number of the turn. */
  turn?: number;
  /** True if the response is that of an earlier turn, whose Idempotency-Key was sent again. */
  repeated?: boolean;
  /** Time of the request by the clock of the machine, in seconds since the Unix epoch. */
  wallClockAt?: number;
  /** Time of the request by a clock that never jumps, in seconds since an arbitrary start. */
  monotonicAt?: number;
  /** Ids in the body: `executionId` (of a managed agent `sessionId`), `contactId`, and a fingerprint of `message`. */
  requestIds?: Record<string, string>;
  /** The `Prefer` header that the response follows. */
  requestedExample?: string;
  /** Why the session could not be continued, where a new one began instead. */
  sessionError?: string;
  /** The fault that fired. */
  fault?: Record<string, unknown>;
  /** The dialogue that decided the response. */
  dialogue?: Record<string, unknown> | string;
  /** For an unscripted message, the closest turns, with what did not match. */
  nearMisses?: Record<string, unknown>[];
  /** Input that nothing used. Headers do not count. */
  unusedInput?: ({
    /** The part of the request. */
    in: "query" | "body";
    /** The name of the query parameter. */
    name?: string;
    /** A JSON pointer into the body. */
    pointer?: string;
    /** What to send instead. */
    hint: string;
  })[];
  /** A JSON pointer into this entry to each truncated text. */
  truncated?: string[];
  /** The request, without secrets. */
  request: {
    /** The method. */
    method: string;
    /** The path, decoded. */
    path: string;
    /** The query as it came. */
    query: string;
    /** The headers, by their names in lower case. */
    headers: Record<string, string>;
    /** Fingerprint of the `Authorization` header; distinguishes clients. */
    tokenFingerprint: string | null;
    /** The body as text. */
    body: string;
    [name: string]: unknown;
  };
  /** The response, without secrets. */
  response: {
    /** The HTTP status. */
    status: number;
    /** The rule that decided it. */
    rule: string;
    /** The evidence of the rule. */
    evidence: string;
    /** Explanation or fix; may be empty. */
    hint: string;
    /** The errors in the body. */
    violations: ({
      /** A JSON pointer into the body. */
      pointer: string;
      /** The platform's message. */
      message: string;
      /** How to fix it; may be empty. */
      hint: string;
      /** The kind of error. */
      kind: "unknown-property" | "misnamed-property" | "missing-property" | "wrong-type" | "empty" | "invalid";
    })[];
    /** The body: JSON, or text if it is truncated. */
    body: unknown;
    [name: string]: unknown;
  };
  [name: string]: unknown;
};

/** A dialogue as text or as JSON. */
export type DialogueInput = {
  /** A transcript or YAML. */
  text?: string;
  /** The content of the YAML, as JSON. */
  dialogue?: Record<string, unknown> | Record<string, unknown>[];
};

/** A dialogue, with the number of uses of its turns. */
export type Dialogue = {
  /** Its name; dialogues are tried in the order of their names. */
  name: string;
  /** The ids of the agents that use it; an empty list means all. */
  agents: string[];
  /** A hash of its content. */
  version: string;
  /** The file that contains it. */
  file: string;
  /** Its turns, in the order of the file. */
  turns: ScriptedTurn[];
  /** Its content. */
  content?: Record<string, unknown>;
  warnings?: Problems;
};

/** A turn of a dialogue. */
export type ScriptedTurn = {
  /** The name of its dialogue. */
  dialogue?: string;
  /** Its number in the dialogue, in the order of the file. */
  number: number;
  /** Its label, if it has one. */
  label: string;
  /** The message it expects. */
  user: string;
  /** Its line in the file. */
  line: number;
  /** Number of uses. */
  times: number;
};

/** Problems or warnings of a dialogue, by line. */
export type Problems = {
  /** The line, from 1. */
  line: number;
  /** The column, from 1. */
  column: number;
  /** What is wrong. */
  message: string;
  /** How to fix it. */
  hint: string;
}[];

/** An injected fault. */
export type Fault = {
  /** Its name; generated when absent. */
  id?: string;
  /** Only calls of this operation. */
  operationId?: string;
  /** Only calls of this agent. */
  agentId?: string;
  /** Only calls in this session. */
  executionId?: string;
  /** On how many calls, or `until-disarmed`. */
  times?: number | string;
  /** Whether the turn is committed. */
  phase?: "before-commit" | "after-commit";
  /** Respond with this status: with `body` and `headers`, or the contract's first example, or an empty body. */
  status?: number;
  /** With `status`: a text, or another JSON value. */
  body?: Record<string, unknown> | unknown[] | string | number | boolean;
  /** With `status`: headers of the response. */
  headers?: Record<string, string>;
  /** Change the agent's own response by this JSON Merge Patch; null removes a property. */
  mergePatch?: Record<string, unknown>;
  /** Respond with this example of the contract. */
  rule?: string;
  /** Seconds in Retry-After of a 429 or 503. */
  retryAfter?: number;
  /** Respond with the page of a proxy. */
  proxyStatus?: 403 | 502 | 520 | 521 | 522 | 523 | 524 | 525 | 526 | 527 | 528 | 529;
  /** Break the connection. */
  transport?: "CONNECTION_RESET_BY_PEER" | "EMPTY_RESPONSE" | "MALFORMED_RESPONSE_CHUNK" | "RANDOM_DATA_THEN_CLOSE" | "TRUNCATED_BODY" | "SLOW_BODY" | "HANG";
  /** How long `SLOW_BODY` takes to send the body. */
  bodySeconds?: number | string;
  /** Delay, such as `200ms`, or a distribution. */
  latency?: number | string | Record<string, unknown>;
};

/** An armed fault, with its count. */
export type ArmedFault = {
  /** Its name. */
  id: string;
  /** On how many calls it fires, or `until-disarmed`. */
  times: number | string;
  /** How often it has fired. */
  hits: number;
  /** Calls before the end of Retry-After. */
  earlyCalls: number;
  /** How often it will still fire; null until it is disarmed. */
  remaining: number | null;
  [name: string]: unknown;
};

/** A mistake of the client. */
export type Finding = {
  /** Its name. */
  id: string;
  /** Whether it is an error or a warning. */
  severity: "error" | "warning";
  /** What the client does. */
  summary: string;
  /** How to fix it. */
  hint: string;
  /** Number of occurrences. */
  count: number;
  /** The first occurrences. */
  occurrences: {
    /** What happened. */
    text: string;
    /** The numbers of the journal's entries. */
    journalEntries: number[];
    [name: string]: unknown;
  }[];
};

/** A response, and how often it occurred. */
export type Outcome = {
  /** The rule of the response, as in `X-Mock-Rule`. */
  rule: string;
  /** The HTTP status. */
  status: number;
  /** The evidence of the rule; with observations, `observed` and the date. */
  evidence: string;
  /** How often it occurred. */
  hits: number;
};

/** Everything in a namespace. All but `format` and `version` is an implementation detail. */
export type Snapshot = {
  /** `leadway-mock-snapshot`. */
  format: string;
  /** The version of the format. */
  version: number;
  /** A hash of the other fields. */
  digest: string;
  /** Items of the stored lists. */
  entries: {
    /** The name of the list. */
    key: string;
    /** The position in the list. */
    position: number;
    /** The content. */
    value: string;
  }[];
  /** Counters. */
  counters: ({
    /** The name of the counter. */
    key: string;
    /** Its value. */
    value: number;
    /** Time of expiry, in seconds since 1970. */
    expires: number | null;
  })[];
};

/** One behaviour of the mock. */
export type Behaviour = {
  /** Its name, as in `X-Mock-Rule`. */
  id: string;
  /** When it applies. */
  condition: string;
  /** The response or effect. */
  response: string;
  /** The HTTP status if it is a response. */
  status: number | null;
  /** The kind of evidence; with observations, `observed` and the date. */
  evidence: string;
  /** The source of the evidence. */
  source: string;
  /** The settings that change it. */
  settings: string[];
  /** The tests that prove it. */
  tests: string[];
};

/** New values by setting; null for the value at the start. */
export type SettingsChange = {
  /** Seed of ids and random choices. */
  seed?: number | null;
  /** Which evidence wins if the vendor's page and live calls differ. */
  profile?: "documented" | "observed" | null;
  /** Seconds after the last turn until a session expires. */
  sessionIdleSeconds?: number | null;
  /** Response to an executionId that cannot be continued. */
  unknownSession?: "404" | "400" | "new-session" | null;
  /** Treatment of unknown properties. */
  unknownProperties?: "reject" | "ignore" | null;
  /** The version that a session runs once another is published. */
  sessionVersion?: "latest" | "keep" | null;
  /** The state that a version must have to be published. */
  publishState?: "any" | "draft" | "staging" | null;
  /** Whether a new agent may have nodes and edges. */
  nodesInCreate?: "accept" | "fail" | null;
  /** Whether a new agent needs the three fields of the author. */
  authorFields?: "optional" | "required" | null;
  /** Whether a list of agents needs limit and offset. */
  listPaging?: "required" | "optional" | null;
  /** Treatment of unknown query parameters. */
  unknownQuery?: "422" | "400" | "ignore" | null;
  /** Seconds for which an Idempotency-Key is stored. */
  idempotencyKeySeconds?: number | null;
  /** Which requests share Idempotency-Keys. */
  idempotencyScope?: "agent" | "location" | "all" | null;
  /** Treatment of a key that was used for another request. */
  idempotencyMismatch?: "reject" | "repeat" | "process" | null;
  /** Treatment of a key whose first response is not sent yet. */
  idempotencyConcurrent?: "wait" | "conflict" | null;
  /** Whether an exceeded quota leads to 429. */
  enforceQuotas?: boolean | null;
  /** Quotas without a value of their own: of production, or of the vendor's test accounts. */
  quotaPreset?: "standard" | "sandbox" | null;
  /** Requests in 10 seconds. */
  quota10Seconds?: number | null;
  /** Requests in a minute. */
  quotaMinute?: number | null;
  /** Requests in a day. */
  quotaDay?: number | null;
  /** Whether a 429 contains Retry-After. */
  sendRetryAfter?: boolean | null;
  /** Whether each response is validated by the contract. */
  validateResponses?: boolean | null;
  /** Limit of created agents per location. */
  maxAgents?: number | null;
  /** Limit of stored sessions. */
  maxSessions?: number | null;
  /** Limit of stored turns of one session. */
  maxTurns?: number | null;
  /** Limit of journal entries. */
  maxJournal?: number | null;
};

export type Entries = {
  /** The entries, in the requested order. */
  entries: Entry[];
  next: Next;
  /** Number of stored entries, on this page or not. */
  count: number;
  /** Number of entries ever written, dropped ones included. */
  written: number;
};

export type Clock = {
  /** The time of the namespace. */
  time: string;
  /** The same time in seconds since 1970-01-01T00:00:00Z. */
  seconds: number;
  /** Whether the clock is stopped. */
  frozen: boolean;
  /** By how many seconds it is ahead of the machine's clock. */
  offset: number;
};

export type Disarmed = {
  /** Number of disarmed faults. */
  disarmed: number;
};

export type Settings = {
  /** The valid values, by name, of settings that have only a few. */
  choices: Record<string, string[]>;
  /** Value by name. */
  settings: Record<string, unknown>;
  /** Names of the settings that were changed since the start. */
  overridden: string[];
  /** Settings that only a restart can change, with the reason. */
  readOnly: Record<string, string>;
};

/** Operations of the control API: query, body and response of each. */
export interface Operations {
  /** Return status, contract version, profile and agents. */
  getHealth: {
    method: "GET";
    path: "/health";
    response: Health;
  };
  /** List the namespaces of tokens, by the fingerprints of the tokens. */
  listNamespaces: {
    method: "GET";
    path: "/namespaces";
    response: {
      /** Names: fingerprints of tokens, as in the journal; they do not reveal the tokens. */
      namespaces: string[];
    };
  };
  /** Return the namespace of this token, with the number of sessions and entries. */
  showNamespace: {
    method: "GET";
    path: "/namespace";
    response: Namespace;
  };
  /** Give the token a namespace of its own, empty and with the mock's settings. */
  openNamespace: {
    method: "PUT";
    path: "/namespace";
    response: Namespace;
  };
  /** Delete the token's namespace; the token uses the shared one from now on. */
  closeNamespace: {
    method: "DELETE";
    path: "/namespace";
    response: Namespace;
  };
  /** List the agents that were created or seeded in the namespace. */
  listCreatedAgents: {
    method: "GET";
    path: "/agents";
    response: CreatedAgents;
  };
  /** Return the agents of the namespace as the text of an agents file. */
  exportAgents: {
    method: "GET";
    path: "/agents/export";
    response: {
      /** The file as YAML. */
      text: string;
    };
  };
  /** Add the agents of an agents file to the namespace, or replace those with the same ids. */
  seedAgents: {
    method: "POST";
    path: "/agents/seed";
    body: AgentsInput;
    response: CreatedAgents;
  };
  /** Give a created agent canned replies, as in an agents file. */
  setReplies: {
    method: "PUT";
    path: "/agents/{agentId}/replies";
    body: {
      /** The replies; the first match is used. */
      replies: Record<string, unknown>[];
    };
    response: CreatedAgent;
  };
  /** List the sessions, oldest or newest first; for the next page, send `next` as `after`. */
  listSessions: {
    method: "GET";
    path: "/sessions";
    query: {
      /** The `next` of a page. */
      after?: number;
      /** Maximum number of items. */
      limit?: number;
      order?: Order;
      /** The id of an agent. */
      agentId?: string;
      /** The id of a location. */
      locationId?: string;
      /** The id of a contact. */
      contactId?: string;
      /** Whether they have expired. */
      expired?: boolean;
    };
    response: {
      /** The matching sessions, without their turns. */
      sessions: Session[];
      next: Next;
      /** Number of sessions in the namespace, matching or not. */
      count: number;
    };
  };
  /** Return one session with a page of its turns. */
  showSession: {
    method: "GET";
    path: "/sessions/{executionId}";
    query: {
      /** The `next` of a page. */
      after?: number;
      /** Maximum number of items. */
      limit?: number;
    };
    response: Transcript;
  };
  /** Delete a session; its executionId is unknown from now on. */
  deleteSession: {
    method: "DELETE";
    path: "/sessions/{executionId}";
    response: Deleted;
  };
  /** Return the conversation as a file that repeats it, such as a test. */
  exportSession: {
    method: "GET";
    path: "/sessions/{executionId}/export";
    query: {
      /** A format. */
      format?: "dialogue" | "pytest" | "vitest" | "curl";
    };
    response: {
      /** A name for the file. */
      name: string;
      /** Its content. */
      text: string;
      /** The command that runs it. */
      command: string;
    };
  };
  /** Start a new session with the first turns of another. */
  forkSession: {
    method: "POST";
    path: "/sessions/{executionId}/fork";
    body: {
      /** The last turn that is copied. */
      turn: number;
    };
    response: Session;
  };
  /** Expire a session as if it had been idle for too long. */
  expireSession: {
    method: "POST";
    path: "/sessions/{executionId}/expire";
    response: Session;
  };
  /** List requests and responses, without secrets; for the next page, send `next` as `after`. */
  listJournal: {
    method: "GET";
    path: "/journal";
    query: {
      /** The `next` of a page. */
      after?: number;
      /** Maximum number of items. */
      limit?: number;
      order?: Order;
    };
    response: Entries;
  };
  /** List requests that no script expects, such as unknown paths, invalid bodies and unscripted messages. */
  listUnmatched: {
    method: "GET";
    path: "/journal/unmatched";
    query: {
      /** The `next` of a page. */
      after?: number;
      /** Maximum number of items. */
      limit?: number;
      order?: Order;
    };
    response: Entries;
  };
  /** Find the entries that match. */
  findEntries: {
    method: "POST";
    path: "/journal/find";
    body?: {
      match?: Match;
      /** Only entries after this number, in the requested order. */
      after?: number;
      /** Maximum number of entries. */
      limit?: number;
      order?: Order;
    };
    response: Entries;
  };
  /** Count the entries that match. */
  countEntries: {
    method: "POST";
    path: "/journal/count";
    body?: {
      match?: Match;
    };
    response: {
      /** Number of stored entries that match. */
      count: number;
      /** Number of stored entries. */
      kept: number;
      /** Number of entries ever written, dropped ones included. */
      written: number;
    };
  };
  /** Wait until enough entries match, or until the time-out. */
  waitForEntries: {
    method: "POST";
    path: "/journal/wait";
    body?: {
      match?: Match;
      /** Number of entries that must match. */
      count?: number;
      /** Time-out in seconds, by the real clock. */
      timeout?: number;
      /** Only entries with a larger number count. */
      after?: number;
    };
    response: {
      /** Whether fewer than `count` entries matched in time. */
      timedOut: boolean;
      /** Number of entries that matched. */
      count: number;
      /** The entries that matched. */
      entries: Entry[];
      /** Duration of the call in seconds. */
      elapsedSeconds: number;
    };
  };
  /** Wait until something changes, such as the journal; return the cursor to wait with next. */
  waitForChange: {
    method: "GET";
    path: "/changes";
    query: {
      /** A cursor. */
      after?: string;
      /** Seconds, by the real clock. */
      timeout?: number;
    };
    response: {
      /** Send it as `after` next. */
      cursor: string;
      /** Whether it differs from `after`. */
      changed: boolean;
    };
  };
  /** List the dialogues of the namespace, with the number of uses of each turn. */
  listDialogues: {
    method: "GET";
    path: "/dialogues";
    response: {
      /** The dialogues. */
      dialogues: Dialogue[];
    };
  };
  /** Return one dialogue with its content. */
  showDialogue: {
    method: "GET";
    path: "/dialogues/{name}";
    response: Dialogue;
  };
  /** Add a dialogue to the namespace, or replace the one of that name. */
  putDialogue: {
    method: "PUT";
    path: "/dialogues/{name}";
    body: DialogueInput;
    response: Dialogue;
  };
  /** Remove a dialogue from the namespace, from a file or put. */
  deleteDialogue: {
    method: "DELETE";
    path: "/dialogues/{name}";
    response: Deleted;
  };
  /** Check a dialogue without adding it; return problems with line and hint. */
  validateDialogue: {
    method: "POST";
    path: "/dialogues/validate";
    body: DialogueInput;
    response: {
      problems: Problems;
      warnings: Problems;
    };
  };
  /** List the turns that no session has used yet. */
  listUnusedTurns: {
    method: "GET";
    path: "/dialogues/unused-turns";
    response: {
      /** The turns. */
      turns: ScriptedTurn[];
    };
  };
  /** List the armed faults, with the number of times each has fired. */
  listFaults: {
    method: "GET";
    path: "/faults";
    response: {
      /** The faults. */
      faults: ArmedFault[];
    };
  };
  /** Break something on purpose, on the first calls that fit. */
  armFault: {
    method: "POST";
    path: "/faults";
    body: Fault;
    response: ArmedFault;
  };
  /** Disarm all faults. */
  disarmFaults: {
    method: "DELETE";
    path: "/faults";
    response: Disarmed;
  };
  /** Disarm one fault. */
  disarmFault: {
    method: "DELETE";
    path: "/faults/{faultId}";
    response: Disarmed;
  };
  /** Refuse connections for a while, as a service that is down. */
  refuseConnections: {
    method: "POST";
    path: "/connections/refuse";
    body: ConnectionRefusal;
    response: ConnectionRefusal;
  };
  /** Grade the client by the journal of the namespace, with a hint for each finding. */
  getConformance: {
    method: "GET";
    path: "/conformance";
    query: {
      /** Ids of findings. */
      allow?: ("execution-id-dropped" | "execution-id-invented" | "session-across-contacts" | "session-across-agents" | "session-across-locations" | "parallel-turns" | "turn-duplicated" | "agent-duplicated" | "retry-unsafe" | "retry-after-ignored" | "error-retried" | "version-published-again" | "token-reused" | "token-class-wrong" | "version-missing" | "version-unknown" | "deprecated-path" | "token-in-url" | "idempotency-key-invalid" | "idempotency-key-reused" | "idempotency-key-after-429" | "query-invalid" | "idempotency-key-ignored" | "user-agent-blocked" | "field-misnamed" | "location-missing" | "body-invalid" | "body-unreadable" | "path-unknown")[];
    };
    response: {
      /** Whether there is no error; there may be warnings. */
      passed: boolean;
      /** Number of requests examined. */
      requests: number;
      /** The findings, in the order of the documentation. */
      findings: Finding[];
    };
  };
  /** Return which outcomes of the contract occur in the journal of the namespace. */
  getCoverage: {
    method: "GET";
    path: "/coverage";
    response: {
      /** The operations of the contract. */
      operations: {
        /** Its `operationId`. */
        operationId: string;
        /** Number of its outcomes that occurred. */
        hits: number;
        /** Number of its outcomes that did not. */
        missed: number;
        /** Number of responses by status. */
        statuses: Record<string, number>;
        /** Its outcomes. */
        outcomes: Outcome[];
      }[];
      /** Responses that no operation documents. */
      undocumented: Outcome[];
    };
  };
  /** Return the time of the namespace. */
  showClock: {
    method: "GET";
    path: "/clock";
    response: Clock;
  };
  /** Stop the clock, now or at a given time. */
  freezeClock: {
    method: "POST";
    path: "/clock/freeze";
    body?: {
      time?: Time;
    };
    response: Clock;
  };
  /** Move the clock forward; a stopped clock stays stopped. */
  advanceClock: {
    method: "POST";
    path: "/clock/advance";
    body: {
      /** Number of seconds, ten years at most. */
      seconds: number;
    };
    response: Clock;
  };
  /** Set the clock to a time; it runs on from there, or stays stopped there. */
  setClock: {
    method: "POST";
    path: "/clock/set";
    body: {
      time: Time;
    };
    response: Clock;
  };
  /** Start a stopped clock from its present time. */
  resumeClock: {
    method: "POST";
    path: "/clock/resume";
    response: Clock;
  };
  /** Return to the machine's time. */
  resetClock: {
    method: "POST";
    path: "/clock/reset";
    response: Clock;
  };
  /** Return the settings, and which of them were changed since the start. */
  showSettings: {
    method: "GET";
    path: "/settings";
    response: Settings;
  };
  /** Change settings; null undoes a change. */
  changeSettings: {
    method: "PATCH";
    path: "/settings";
    body?: SettingsChange;
    response: Settings;
  };
  /** List all behaviours of the mock, with evidence, settings and tests. */
  listBehaviours: {
    method: "GET";
    path: "/behaviours";
    response: {
      /** The rows. */
      behaviours: Behaviour[];
    };
  };
  /** Return metrics for Prometheus. */
  getMetrics: {
    method: "GET";
    path: "/metrics";
    response: string;
  };
  /** Return everything in the namespace as one document, to be restored later or elsewhere. */
  takeSnapshot: {
    method: "GET";
    path: "/snapshot";
    query: {
      /** Whether to include it. */
      journal?: boolean;
    };
    response: Snapshot;
  };
  /** Replace everything in the namespace by a snapshot. */
  restoreSnapshot: {
    method: "PUT";
    path: "/snapshot";
    body: Snapshot;
    response: Namespace;
  };
  /** Reset the namespace, or a part of it. */
  reset: {
    method: "POST";
    path: "/reset";
    body?: {
      /** What to reset. */
      scope?: Scope[];
    };
    response: {
      /** What was reset. */
      reset: Scope[];
    };
  };
}
