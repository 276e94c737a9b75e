// The Image API, version 2.
//
// Ledger (against Glance 25, Zed, with security fixes; checked 2026-11-20)
//   Differs on purpose: HEAD of /file answers as GET without a body (Glance: 405). Data that is recognised as another
//   format than `disk_format`, or that is dangerous to open, is refused with 415, as Glance does since 2024.2. A host
//   name that cannot be resolved passes web-download's filter and fails the import. Names and values may hold
//   characters of four bytes. `add` on /owner needs an administrator, as `replace` does.
//   A task of POST /v2/tasks that fails leaves no image. Certificates of signed images are files, not Barbican's: see
//   signatures.ts. Version 1 has a ledger of its own.

import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { withNotices } from "../../http/notices.ts";
import type { FetchApp } from "../../http/server.ts";
import type { Glance } from "../manager.ts";
import { metadefContentRoutes } from "../metadefs/api/contents.ts";
import { namespaceRoutes } from "../metadefs/api/namespaces.ts";
import { imageNotice } from "../notices.ts";
import { legacyRoutes } from "../v1/api/index.ts";
import { readBody } from "./bodies.ts";
import { cacheRoutes } from "./cache.ts";
import { fault } from "./faults.ts";
import { imageFileRoutes } from "./image-file.ts";
import { imageRoutes } from "./images.ts";
import { infoRoutes } from "./info.ts";
import { memberRoutes } from "./members.ts";
import { type ImageApi, imageApi } from "./parts.ts";
import { tagRoutes } from "./tags.ts";
import { taskRoutes } from "./tasks.ts";
import { rewriteFor, versionRoutes } from "./versions.ts";

export function glanceRoutes(glance: ImageApi): Route[] {
  return [
    ...versionRoutes({ legacy: glance.legacy !== null, cache: glance.cacheApi }),
    ...(glance.legacy ? legacyRoutes(glance.legacy) : []),
    ...imageRoutes(glance),
    ...imageFileRoutes(glance),
    ...memberRoutes(glance),
    ...tagRoutes(glance),
    ...infoRoutes(glance),
    ...cacheRoutes(glance),
    ...taskRoutes(glance),
    ...namespaceRoutes(glance),
    ...metadefContentRoutes(glance),
  ];
}

export function glanceApi(context: ServiceContext, glance: Glance): FetchApp {
  const routes = withNotices(glanceRoutes(imageApi(context, glance)), (route) =>
    imageNotice(context, glance.store, route),
  );
  const rewrite = rewriteFor(glance.legacy !== null);
  return createApi({ context, routes, fault, readBody, rewrite, exactPaths: true });
}
