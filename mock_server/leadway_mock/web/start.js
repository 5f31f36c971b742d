/* Documentation page. Each example works as it is, with the token of the README. */
const SAMPLE_SESSION = "a1b2c3d4e5f6g7h8i9j0k1l2";
let session = SAMPLE_SESSION;

/* Swagger UI shows an extension such as x-evidence as text, so it must not be an object. */
const withTexts = (value) => {
  if (value === null || typeof value !== "object") {
    return value;
  }
  const entries = Object.entries(value).map(([name, each]) => [
    name,
    name.startsWith("x-") && each && typeof each === "object" ? Object.values(each).join(": ") : withTexts(each),
  ]);
  return Array.isArray(value) ? entries.map(([, each]) => each) : Object.fromEntries(entries);
};

const page = SwaggerUIBundle({
  urls: [
    {name: "the platform's API", url: "/__mock/openapi.json"},
    {name: "the mock's control API", url: "/__mock/control.yaml"},
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [
    /* Without its logo, whose colours are an inline style, which the content policy forbids. */
    () => ({components: {Logo: () => null}}),
    () => ({
      statePlugins: {
        spec: {wrapActions: {updateJsonSpec: (update) => (document) => update(withTexts(document))}},
      },
    }),
  ],
  layout: "StandaloneLayout",
  dom_id: "#documentation",
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  showExtensions: true,
  tryItOutEnabled: true,
  onComplete: () => page.preauthorizeApiKey("bearerAuth", "pit-12345678-1234-4234-8234-123456789abc"),
  requestInterceptor: (request) => {
    if (request.method && request.method !== "GET") {
      request.headers["Content-Type"] ??= "application/json";
    }
    if (typeof request.body === "string") {
      /* The session of the example is made up; the last response has one that exists. */
      request.body = request.body.replace(SAMPLE_SESSION, session);
    }
    return request;
  },
  responseInterceptor: (response) => {
    session = response.obj?.executionId ?? session;
    return response;
  },
});
