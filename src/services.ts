// The one list of services, in start order: what a service needs stands above it.

import { consoleProxy } from "./compute/console-proxy/index.ts";
import { novaApi, novaCompute, novaConductor } from "./compute/index.ts";
import { metadata } from "./compute/metadata/index.ts";
import { cloudSection } from "./config/cloud.ts";
import type { Section } from "./config/keys.ts";
import { loggingSection } from "./config/logging.ts";
import { notificationSection } from "./config/notifications.ts";
import type { ServiceDeclaration } from "./core/service.ts";
import { horizon } from "./dashboard/index.ts";
import { keystone } from "./identity/index.ts";
import { glanceApiService } from "./image/index.ts";
import { glanceRegistryService } from "./image/registry.ts";
import { neutron, novaNetwork } from "./network/index.ts";
import { swift } from "./object-store/index.ts";
import { placement } from "./placement/index.ts";
import { pluginSection } from "./plugins/config.ts";
import { policySection } from "./policy/config.ts";
import { novaScheduler } from "./scheduler/index.ts";
import { cinderApi, cinderBackup, cinderScheduler, cinderVolume } from "./volume/index.ts";

export const declarations: readonly ServiceDeclaration[] = [
  keystone,
  glanceRegistryService,
  glanceApiService,
  placement,
  novaNetwork,
  neutron,
  cinderApi,
  cinderScheduler,
  cinderVolume,
  cinderBackup,
  novaApi,
  metadata,
  novaConductor,
  novaScheduler,
  novaCompute,
  consoleProxy,
  swift,
  horizon,
];

/** The settings that belong to no single service, then those of the services, each once. */
export function sectionsOf(of: readonly ServiceDeclaration[]): Section[] {
  return [
    cloudSection,
    loggingSection,
    notificationSection,
    policySection,
    ...new Set([pluginSection, ...of.flatMap(({ sections }) => sections)]),
  ];
}

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
