// nova-api-metadata: what guests ask at http://169.254.169.254.

import type { Service, ServiceContext, ServiceDeclaration } from "../../core/service.ts";
import { novaSection } from "../config.ts";
import { flavorSection, metadataSection, quotaSection, serviceSection } from "../config-periphery.ts";
import { migrations } from "../migrations/index.ts";
import { metadataApp } from "./app.ts";
import { treeOptions } from "./config-drive.ts";
import { metadataPublic } from "./public.ts";
import { NovaMetadata } from "./source.ts";

export const metadata: ServiceDeclaration = {
  window: "n-api-meta",
  program: "nova-api-metadata",
  project: "nova",
  summary: "Tells guests about themselves: keys, user data, names and addresses",
  ports: [8775],
  mount: "/metadata",
  requires: [],
  sections: [novaSection, flavorSection, quotaSection, serviceSection, metadataSection],
  migrations,
  logFile: "nova/nova-api-metadata.log",
  create(context): Service {
    let withdraw = () => {};
    const service: Service = {
      async start() {
        // The bus's table must be there before the server's statements are prepared.
        void context.bus;
        const sharedSecret = secretOf(context);
        service.app = metadataApp({
          context,
          source: new NovaMetadata(context),
          tree: treeOptions(context),
          sharedSecret,
        });
        withdraw = context.peers.provide(metadataPublic, { app: service.app, sharedSecret });
      },
      async stop() {
        withdraw();
      },
    };
    return service;
  },
};

const SECRET_BYTES = 16;

function secretOf(context: ServiceContext): string | null {
  const settings = context.config(metadataSection);
  if (!settings.SERVICE_METADATA_PROXY) return null;
  return (
    settings.NEUTRON_METADATA_PROXY_SHARED_SECRET || context.secrets.named("metadata-proxy", SECRET_BYTES)
  );
}
