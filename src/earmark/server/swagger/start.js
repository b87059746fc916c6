"use strict";

SwaggerUIBundle({
  url: "../api/v1/openapi.json",
  dom_id: "#api",
  deepLinking: true,
  validatorUrl: null, // else the document would be sent to a foreign host
});
