// An agent from its creation to its deletion, by the vendor's package.
import { GHLError, HighLevel } from "@gohighlevel/api-client";

const { env } = process;
const sdk = new HighLevel({ privateIntegrationToken: env.LEADWAY_TOKEN! });
if (env.LEADWAY_BASE_URL) sdk.getHttpClient().defaults.baseURL = env.LEADWAY_BASE_URL;
const studio = sdk.agentStudio;
const here = { locationId: env.LEADWAY_LOCATION_ID! };

const created = await studio.createAgent({}, { ...here, name: "A", status: "active", version: {} });
const agentId = created.agent!.agentId!;
const versionId = created.versions![0]!.versionId!;
await studio.updateAgentVersion({ versionId }, { ...here, nodes: [{ id: "1" }], edges: [] });
await studio.promoteAndPublish({ versionId }, here);
const page = { ...here, isPublished: "true", limit: "1000", offset: "0" };
const listed = await studio.getAgents(page);
const found = await studio.getAgentById({ ...here, agentId });
const first = await studio.executeAgent({ agentId }, { ...here, message: "One" });
const { executionId } = first;
const second = await studio.executeAgentDeprecated(
    { agentId },
    { ...here, executionId, message: "Two" },
);
const changed = await studio.updateAgentMetadata({ agentId }, { ...here, name: "B" });
await studio.deleteAgent({ ...here, agentId });
const error = await studio.getAgentById({ ...here, agentId }).catch((reason) => reason);

console.log(
    JSON.stringify({
        listed: listed.agents!.some((each) => each.agentId === agentId),
        nodes: found.agent!.versions![0]!.nodes,
        replies: [first.response, second.response],
        changed: changed.data!.name,
        error: [error instanceof GHLError, error.statusCode],
    }),
);
