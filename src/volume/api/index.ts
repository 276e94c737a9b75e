// The Block Storage API v3 with microversions 3.0 to 3.70, and v2 as its alias for old clients.
//
// Paths of the route tables begin after version and project: `/volumes` (see `paths.ts`).
//
// Ledger (against Cinder 21, Zed; checked 2026-11-20)
//   Differs on purpose: back ends report their pools through the database, so `get_pools` answers while the scheduler is
//   stopped; a copy for a migration is made under the volume's own row, so no second volume shows while it runs; `/v2`
//   is answered as v3 is.
//   A restore to a new volume answers at once, not when the volume is there; a backup's objects are written on the project's
//   behalf without asking the object store's policy; of an attached volume a backup reads a snapshot nobody sees.
//   Consistency groups are made on every back end, though the snapshots of their volumes are of one moment only while nobody
//   writes to them.
//   Not here: clusters (there are none: empty lists, 404), replication of volumes and groups (failover: 400), encrypted
//   volumes (refused: there is no key manager).

import type { ServiceContext } from "../../core/service.ts";
import { createApi, type Route } from "../../http/api.ts";
import { authenticateByToken } from "../../http/auth.ts";
import type { Microversions } from "../../http/microversion.ts";
import type { FetchApp } from "../../http/server.ts";
import type { Cinder } from "../cinder.ts";
import { actionRoute } from "./actions.ts";
import { attachmentRoutes } from "./attachments.ts";
import { backupRoutes } from "./backups.ts";
import { readBody } from "./bodies.ts";
import { clusterRoutes } from "./clusters.ts";
import { consistencyGroupRoutes } from "./consistency-groups.ts";
import { defaultTypeRoutes } from "./default-types.ts";
import { discoveryRoutes } from "./discovery.ts";
import { fault } from "./faults.ts";
import { groupSnapshotRoutes } from "./group-snapshots.ts";
import { groupTypeRoutes } from "./group-types.ts";
import { groupRoutes } from "./groups.ts";
import { hostRoutes } from "./hosts.ts";
import { manageRoutes } from "./manage.ts";
import { messageRoutes } from "./messages.ts";
import { checkProjectInPath, withoutVersion } from "./paths.ts";
import { poolRoutes } from "./pools.ts";
import { qosRoutes } from "./qos.ts";
import { quotaRoutes } from "./quotas.ts";
import { serviceRoutes } from "./services.ts";
import { snapshotRoutes } from "./snapshots.ts";
import { transferRoutes } from "./transfers.ts";
import { encryptionRoutes } from "./type-encryption.ts";
import { extraSpecRoutes } from "./type-specs.ts";
import { typeRoutes } from "./types.ts";
import { volumeActions } from "./volume-actions.ts";
import { snapshotMetadataRoutes, volumeMetadataRoutes } from "./volume-metadata.ts";
import { volumeRoutes } from "./volumes.ts";

const HIGHEST = 70;

function routes(cinder: Cinder, microversions: Microversions): Route[] {
  return [
    ...discoveryRoutes(cinder, microversions),
    ...volumeRoutes(cinder),
    actionRoute("/volumes/:id/action", volumeActions(cinder)),
    ...volumeMetadataRoutes(cinder),
    ...snapshotRoutes(cinder),
    ...snapshotMetadataRoutes(cinder),
    ...attachmentRoutes(cinder),
    ...typeRoutes(cinder),
    ...extraSpecRoutes(cinder),
    ...encryptionRoutes(cinder),
    ...defaultTypeRoutes(cinder),
    ...qosRoutes(cinder),
    ...quotaRoutes(cinder),
    ...transferRoutes(cinder),
    ...messageRoutes(cinder),
    ...serviceRoutes(cinder),
    ...hostRoutes(cinder),
    ...poolRoutes(cinder),
    ...manageRoutes(cinder),
    ...backupRoutes(cinder),
    ...groupTypeRoutes(cinder),
    ...groupRoutes(cinder),
    ...groupSnapshotRoutes(cinder),
    ...consistencyGroupRoutes(cinder),
    ...clusterRoutes(cinder),
  ];
}

export function volumeApi(context: ServiceContext, cinder: Cinder): FetchApp {
  const types = context.endpoints
    .published()
    .filter((entry) => entry.window === context.window)
    .map((entry) => entry.type);
  const byToken = authenticateByToken(context.peers, types);
  const microversions = microversionsOf(cinder.settings.CINDER_API_MAX_MICROVERSION);
  return createApi({
    context,
    routes: routes(cinder, microversions),
    fault,
    readBody,
    requestIdHeaders: ["x-openstack-request-id", "x-compute-request-id"],
    microversions,
    rewrite: withoutVersion,
    exactPaths: true,
    authenticate(call) {
      byToken(call);
      checkProjectInPath(call);
    },
  });
}

/** @throws Error for a ceiling that is no version between 3.0 and 3.70 */
function microversionsOf(ceiling: string): Microversions {
  const max = Number(/^3\.(\d+)$/.exec(ceiling.trim())?.[1] ?? Number.NaN);
  if (!(max >= 0 && max <= HIGHEST)) {
    throw new Error(`CINDER_API_MAX_MICROVERSION must be from 3.0 to 3.${HIGHEST}, not "${ceiling}"`);
  }
  return { service: "volume", major: 3, min: 0, max };
}
