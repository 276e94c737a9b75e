// What the routes work with: the service's parts and what only the API needs to know.

import type { ServiceContext } from "../../core/service.ts";
import { imageSection } from "../config.ts";
import type { Glance } from "../manager.ts";
import { registryFinder } from "../registry.ts";
import type { LegacyApi } from "../v1/api/index.ts";
import type { PageLimits } from "./list-query.ts";
import { type GlanceSchema, imageSchema } from "./schemas.ts";
import type { ViewOptions } from "./views.ts";

export interface ImageApi extends Omit<Glance, "legacy"> {
  schema: GlanceSchema;
  views: ViewOptions;
  limits: PageLimits;
  legacy: LegacyApi | null;
  /** The cache API is served. */
  cacheApi: boolean;
}

export function imageApi(context: ServiceContext, glance: Glance): ImageApi {
  const config = context.config(imageSection);
  const limits = { defaultLimit: config.GLANCE_LIMIT_PARAM_DEFAULT, maxLimit: config.GLANCE_API_LIMIT_MAX };
  return {
    ...glance,
    limits,
    cacheApi: config.GLANCE_IMAGE_CACHE,
    schema: imageSchema(config.GLANCE_CONTAINER_FORMATS, config.GLANCE_DISK_FORMATS),
    views: {
      locations: config.GLANCE_SHOW_MULTIPLE_LOCATIONS,
      directUrl: config.GLANCE_SHOW_IMAGE_DIRECT_URL,
    },
    legacy: glance.legacy && {
      ...glance.legacy,
      limits,
      formats: { diskFormats: config.GLANCE_DISK_FORMATS, containerFormats: config.GLANCE_CONTAINER_FORMATS },
      sizeCapBytes: config.GLANCE_IMAGE_SIZE_CAP,
      registry: registryFinder(context),
    },
  };
}
