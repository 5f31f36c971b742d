// A token that expires, by the vendor's package: on a 401 it refreshes for the location in a header.
import { HighLevel, UserType } from "@gohighlevel/api-client";

const { env } = process;
const locationId = env.LEADWAY_LOCATION_ID!;
const [app, secret] = ["app-1", "made-up"];

async function talk(code: string, headers: Record<string, string>) {
    const sdk = new HighLevel({ clientId: app, clientSecret: secret, logLevel: "error" });
    sdk.getHttpClient().defaults.baseURL = env.LEADWAY_BASE_URL!;
    const tokens = await sdk.oauth.getAccessToken({
        client_id: app!,
        client_secret: secret!,
        grant_type: "authorization_code",
        code: `${locationId}.${code}`,
    });
    const session = { ...tokens, userType: UserType.Location };
    await sdk.getSessionStorage().setSession(locationId, session);
    const responses: unknown[] = [];
    for (let day = 0; day < 2; day++) {
        const agent = { agentId: "p1q2r3s4t5u6v7w8x9y0z1a2" };
        const body = { locationId, message: "Hello" };
        const response = sdk.agentStudio.executeAgent(agent, body, { headers });
        responses.push(await response.then((each) => each.response, (error) => error.statusCode));
        await fetch(`${env.LEADWAY_BASE_URL}/__mock/clock/advance`, {
            method: "POST",
            headers: { "Content-Type": "application/json" },
            body: JSON.stringify({ seconds: 86_400 }),
        });
    }
    return responses;
}

const responses = {
    with: await talk("1", { "x-location-id": locationId }),
    without: await talk("2", {}),
};
console.log(JSON.stringify(responses));
