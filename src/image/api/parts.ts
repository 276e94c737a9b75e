// What the routes work with: the service's parts and what only the API needs to know.

import type { ServiceContext } from "../../core/service.ts";
import { imageSection } from "../config.ts";
import type { Glance } from "../manager.ts";
import type { PageLimits } from "./list-query.ts";
import { type GlanceSchema, imageSchema } from "./schemas.ts";
import type { ViewOptions } from "./views.ts";

export interface ImageApi extends Glance {
  schema: GlanceSchema;
  views: ViewOptions;
  limits: PageLimits;
}

export function imageApi(context: ServiceContext, glance: Glance): ImageApi {
  const config = context.config(imageSection);
  return {
    ...glance,
    schema: imageSchema(config.GLANCE_CONTAINER_FORMATS, config.GLANCE_DISK_FORMATS),
    views: {
      locations: config.GLANCE_SHOW_MULTIPLE_LOCATIONS,
      directUrl: config.GLANCE_SHOW_IMAGE_DIRECT_URL,
    },
    limits: { defaultLimit: config.GLANCE_LIMIT_PARAM_DEFAULT, maxLimit: config.GLANCE_API_LIMIT_MAX },
  };
}
