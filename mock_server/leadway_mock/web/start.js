/* Without its logo, whose colours are an inline style, which the content policy forbids. */
const page = SwaggerUIBundle({
  urls: [
    {name: "the platform's API", url: "/__mock/openapi.json"},
    {name: "the mock's control API", url: "/__mock/control.yaml"},
  ],
  presets: [SwaggerUIBundle.presets.apis, SwaggerUIStandalonePreset],
  plugins: [() => ({components: {Logo: () => null}})],
  layout: "StandaloneLayout",
  dom_id: "#documentation",
  validatorUrl: null,
  deepLinking: true,
  displayRequestDuration: true,
  showExtensions: true,
  tryItOutEnabled: true,
  onComplete: () => page.preauthorizeApiKey("bearerAuth", "pit-12345678-9abc-4def-8000-123456789abc"),
  requestInterceptor: (request) => {
    if (request.method && request.method !== "GET") {
      request.headers["Content-Type"] = "application/json";
    }
    return request;
  },
});
