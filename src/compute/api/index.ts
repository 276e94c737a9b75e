// The Compute API v2.1 with microversions, and v2 as its alias.
//
// Paths of the route tables begin after the version and the project: `/servers`, whether a client asked for
// `/v2.1/servers`, `/v2.1/PROJECT/servers` or `/v2/PROJECT/servers`.
//
// Ledger (against Nova 26, Zed, 2.1 to 2.93; checked 2026-11-20)
//   Differs on purpose: `name` and other pattern filters take at most quadratic time, patterns that could take more are
//   matched as plain text; a request for more servers than fit places those that fit; v2 takes microversions too.
//   Not here: volume swap (refused), NUMA and PCI placement, trusted image certificates (refused), assisted snapshots
//   (refused), re-imaging a root volume on rebuild, cells.

import { Invalid } from "../../core/errors.ts";
import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { authenticateByToken } from "../../http/auth.ts";
import type { Microversions } from "../../http/microversion.ts";
import type { FetchApp } from "../../http/server.ts";
import type { Nova } from "../nova.ts";
import { actionRoute, type ServerAction } from "./actions.ts";
import { consoleActions, consoleRoutes } from "./console-actions.ts";
import { externalEventRoutes } from "./external-events.ts";
import { fault } from "./faults.ts";
import { imageMetadataRoutes } from "./image-metadata.ts";
import { imageRoutes } from "./images.ts";
import { instanceActionRoutes } from "./instance-actions.ts";
import { interfaceActions, interfaceRoutes } from "./interfaces.ts";
import { projectInPath, withoutVersion } from "./links.ts";
import { migrationRoutes } from "./migrations.ts";
import { moveActions } from "./move-actions.ts";
import { floatingIpActions, networkProxyRoutes } from "./nova-network.ts";
import { peripheryRoutes } from "./periphery.ts";
import { stateActions } from "./server-actions.ts";
import { serverExtraRoutes } from "./server-extras.ts";
import { ipRoutes, metadataRoutes, tagRoutes } from "./server-metadata.ts";
import { serverRoutes } from "./servers.ts";
import { usageAuditLogRoutes } from "./usage-audit-log.ts";
import { volumeAttachmentRoutes } from "./volume-attachments.ts";
import { volumeRoutes, volumeSnapshotRoutes } from "./volumes.ts";

/** Longest body: personality files and user data of Nova's limits, with room (osapi_max_request_body_size). */
const MAX_BODY_BYTES = 114_688;

const LOWEST = 1;
const HIGHEST = 93;

export function serverActionList(nova: Nova): ServerAction[] {
  return [
    ...stateActions(nova),
    ...moveActions(nova),
    ...consoleActions(nova),
    ...interfaceActions(nova),
    ...floatingIpActions(nova),
  ];
}

export function computeRoutes(context: ServiceContext, nova: Nova): Route[] {
  const servers = [...serverRoutes(nova), actionRoute(nova, serverActionList(nova))];
  return [
    ...servers,
    ...clonesOf(servers),
    ...metadataRoutes(nova),
    ...tagRoutes(nova),
    ...ipRoutes(nova),
    ...instanceActionRoutes(nova),
    ...volumeAttachmentRoutes(nova),
    ...interfaceRoutes(nova),
    ...serverExtraRoutes(nova),
    ...consoleRoutes(nova),
    ...migrationRoutes(nova),
    ...externalEventRoutes(nova),
    ...imageRoutes(nova),
    ...imageMetadataRoutes(nova),
    ...volumeRoutes(nova),
    ...volumeSnapshotRoutes(nova),
    ...usageAuditLogRoutes(nova),
    ...networkProxyRoutes(nova),
    ...peripheryRoutes(context, nova.periphery),
  ];
}

export function computeApi(context: ServiceContext, nova: Nova): FetchApp {
  const byToken = authenticateByToken(context.peers, ["compute", "compute_legacy"]);
  return createApi({
    context,
    routes: computeRoutes(context, nova),
    fault,
    requestIdHeaders: ["x-openstack-request-id", "x-compute-request-id"],
    microversions: microversionsOf(nova.settings.COMPUTE_API_MAX_MICROVERSION),
    rewrite: withoutVersion,
    exactPaths: true,
    maxBodyBytes: MAX_BODY_BYTES,
    authenticate(call) {
      byToken(call);
      const project = projectInPath(call.path);
      if (project !== null && project !== call.context.projectId) {
        throw new Invalid(
          `Malformed request URL: URL's project_id '${project}' doesn't match Context's project_id '${call.context.projectId}'`,
        );
      }
    },
  });
}

/** routes.py: "/os-volumes_boot is a clone of /servers". */
function clonesOf(servers: readonly Route[]): Route[] {
  return servers
    .filter(({ path }) => /^\/servers(\/detail|\/:id(\/action)?)?$/.test(path))
    .map((route) => ({ ...route, path: route.path.replace("/servers", "/os-volumes_boot") }));
}

/** @throws Error for a ceiling that is no version between 2.1 and 2.93 */
export function microversionsOf(ceiling: string): Microversions {
  const max = Number(/^2\.(\d+)$/.exec(ceiling.trim())?.[1] ?? Number.NaN);
  if (!(max >= LOWEST && max <= HIGHEST)) {
    throw new Error(
      `COMPUTE_API_MAX_MICROVERSION must be from 2.${LOWEST} to 2.${HIGHEST}, not "${ceiling}"`,
    );
  }
  return {
    service: "compute",
    legacyHeader: "x-openstack-nova-api-version",
    major: 2,
    min: LOWEST,
    max,
  };
}
