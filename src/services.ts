// The one list of services, in start order: what a service needs stands above it.

import { novaApi, novaCompute, novaConductor } from "./compute/index.ts";
import { metadata } from "./compute/metadata/index.ts";
import type { ServiceDeclaration } from "./core/service.ts";
import { horizon } from "./dashboard/index.ts";
import { keystone } from "./identity/index.ts";
import { glanceApiService } from "./image/index.ts";
import { neutron, novaNetwork } from "./network/index.ts";
import { swift } from "./object-store/index.ts";
import { placement } from "./placement/index.ts";
import { novaScheduler } from "./scheduler/index.ts";
import { cinderApi, cinderScheduler, cinderVolume } from "./volume/index.ts";

export const declarations: readonly ServiceDeclaration[] = [
  keystone,
  glanceApiService,
  placement,
  novaNetwork,
  neutron,
  cinderApi,
  cinderScheduler,
  cinderVolume,
  novaApi,
  metadata,
  novaConductor,
  novaScheduler,
  novaCompute,
  swift,
  horizon,
];

/** Windows of DevStack that are part of another service here, or need none. */
export const ALIASES: Readonly<Record<string, string | null>> = {
  "s-proxy": "swift",
  "s-account": "swift",
  "s-container": "swift",
  "s-object": "swift",
  "q-agt": null,
  "q-dhcp": null,
  "q-l3": null,
  "q-meta": null,
  "n-obj": null,
  "n-xvnc": null,
  mysql: null,
  postgresql: null,
  rabbit: null,
  qpid: null,
  zeromq: null,
  etcd3: null,
  dstat: null,
  tempest: null,
};
