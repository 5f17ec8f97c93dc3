// The REST interface's own page: Swagger UI on this portal's description. Answers come from the reader's own session.
window.SwaggerUIBundle({
  url: document.getElementById("reference").dataset.openapi,
  dom_id: "#reference",
  deepLinking: true,
  docExpansion: "list",
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
});
