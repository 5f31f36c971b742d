// The application: it knows the mock by the environment only.
const { env } = process;

export async function say(message, executionId, token = env.LEADWAY_TOKEN) {
    const url = `${env.LEADWAY_BASE_URL}/agent-studio/agent/p1q2r3s4t5u6v7w8x9y0z1a2/execute`;
    const response = await fetch(url, {
        method: "POST",
        headers: {
            Authorization: `Bearer ${token}`,
            Version: env.LEADWAY_API_VERSION,
            "Content-Type": "application/json",
        },
        body: JSON.stringify({ message, executionId, locationId: env.LEADWAY_LOCATION_ID }),
    });
    return { ...(await response.json()), status: response.status };
}

export const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
