// Error responses as errors of the vendor's package, and its retries after 429.
import { GHLError, GHLRateLimitError, HighLevel } from "@gohighlevel/api-client";

const { env } = process;
const locationId = env.LEADWAY_LOCATION_ID!;

function open(token = env.LEADWAY_TOKEN!): HighLevel {
    const sdk = new HighLevel({
        privateIntegrationToken: token,
        logLevel: "error",
        rateLimitRetry: { maxDelayMs: 20 },
    });
    sdk.getHttpClient().defaults.baseURL = env.LEADWAY_BASE_URL!;
    return sdk;
}

async function talk(fields: object, sdk = open()): Promise<unknown> {
    const agent = { agentId: "p1q2r3s4t5u6v7w8x9y0z1a2" };
    try {
        const body = { locationId, message: "Hello", ...fields };
        return (await sdk.agentStudio.executeAgent(agent, body)).response;
    } catch (error) {
        if (error instanceof GHLRateLimitError) return [error.statusCode, error.rateLimit?.scope];
        if (error instanceof GHLError) return [error.statusCode, error.code, error.message];
        throw error;
    }
}

async function control(method: string, path: string, body: object): Promise<void> {
    const headers = {
        Authorization: `Bearer ${env.LEADWAY_TOKEN}`,
        "Content-Type": "application/json",
    };
    const options = { method, headers, body: JSON.stringify(body) };
    const response = await fetch(`${env.LEADWAY_BASE_URL}/__mock${path}`, options);
    if (!response.ok) throw new Error(await response.text());
}

const invalid = await talk({ message: 3 });
const absent = await talk({ locationId: "" });
const unknown = await talk({ executionId: "made-up" });
const unauthorized = await talk({}, open("no token of the platform"));
await control("PATCH", "/settings", { sendRetryAfter: false }); // The package does not read it.
await control("POST", "/faults", { status: 503 });
const unavailable = await talk({});
await control("POST", "/faults", { status: 429, times: 2 });
const retried = await talk({});
await control("POST", "/clock/freeze", {}); // No window of a quota ends between two requests.
await control("PATCH", "/settings", { enforceQuotas: true, quota10Seconds: 1 });
const burst = await talk({});
await control("PATCH", "/settings", { quota10Seconds: null, quotaDay: 1 });
const daily = await talk({});
console.log(
    JSON.stringify({ invalid, absent, unknown, unauthorized, unavailable, retried, burst, daily }),
);
