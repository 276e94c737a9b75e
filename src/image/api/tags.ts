// /v2/images/ID/tags/TAG

import type { Route } from "../../http/api.ts";
import { type Call, empty, type Reply } from "../../http/call.ts";
import { refuseBody, validate } from "./bodies.ts";
import type { ImageApi } from "./parts.ts";
import { asTSchema } from "./schemas.ts";

export function tagRoutes({ images, schema }: ImageApi): Route[] {
  function addTag(call: Call): Reply {
    refuseBody(call);
    const tag = call.param("tag_value");
    validate(asTSchema(schema), { tags: [tag] });
    images.addTag(call, call.param("image_id"), tag);
    return empty(204);
  }

  function removeTag(call: Call): Reply {
    refuseBody(call);
    images.removeTag(call, call.param("image_id"), call.param("tag_value"));
    return empty(204);
  }

  const path = "/v2/images/:image_id/tags/:tag_value";
  const access = { handlerAsks: ["modify_image"] };
  return [
    { method: "PUT", path, handler: addTag, access },
    { method: "DELETE", path, handler: removeTag, access },
  ];
}
