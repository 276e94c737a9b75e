// The identity service (keystone): who may do what, and where everything is.

import { cloudSection } from "../config/cloud.ts";
import type { PublishedEndpoint, Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { tokenValidator } from "../http/auth.ts";
import { identityApi } from "./api/index.ts";
import { bootstrap } from "./bootstrap.ts";
import { identitySection } from "./config.ts";
import { type Identity, makeIdentity } from "./manager.ts";
import { migrations } from "./migrations/index.ts";
import { policies } from "./policies.ts";
import { type IdentityPublic, identityPublic } from "./public.ts";
import { loadKeys, setupKeys } from "./tokens/keys.ts";

export const keystone: ServiceDeclaration = {
  window: "key",
  program: "keystone",
  project: "keystone",
  summary: "Identity: users, projects, roles, tokens and the service catalog.",
  ports: [5000, 35357],
  mount: "/identity",
  catalog: [{ type: "identity", name: "keystone", description: "OpenStack Identity", path: "" }],
  requires: [],
  sections: [identitySection],
  policies,
  migrations,
  logFile: "keystone/keystone.log",
  create,
};

function create(context: ServiceContext): Service {
  const keyFolder = () => context.paths.dir("fernet-keys");
  let withdraw: (() => void)[] = [];
  const service: Service = {
    async start() {
      setupKeys(keyFolder());
      const identity = makeIdentity(context, () => loadKeys(keyFolder()));
      const first = await bootstrap({
        store: identity.store,
        passwords: identity.passwords,
        secrets: context.secrets,
        ids: context.ids,
        nowMs: context.clock.now(),
        region: context.config(cloudSection).REGION_NAME,
        endpoints: context.endpoints.published(),
        adminUrl,
      });
      if (first) context.log.info(null, "Created the default domain, projects, users and roles");
      service.app = identityApi(context, identity);
      withdraw = [
        context.peers.provide(tokenValidator, {
          validate: (token, use) => identity.tokens.facts(token, use),
        }),
        context.peers.provide(identityPublic, publicOf(identity)),
      ];
    },
    async stop() {
      for (const step of withdraw.splice(0)) step();
    },
  };
  return service;
}

/** Keystone's own admin port, where the customary ports are used at all. */
function adminUrl({ window, url }: PublishedEndpoint): string {
  return window === "key" ? url.replace(/:5000$/, ":35357") : url;
}

function publicOf({ store, tokens }: Identity): IdentityPublic {
  return {
    project(id) {
      const row = store.projects.get(id);
      return row && !row.is_domain
        ? { id: row.id, name: row.name, domainId: row.domain_id, enabled: row.enabled }
        : null;
    },
    user(id) {
      const row = store.users.get(id);
      return row ? { id: row.id, name: row.name, domainId: row.domain_id, enabled: row.enabled } : null;
    },
    projectIds() {
      return store.projects
        .match({ is_domain: false })
        .sort((a, b) => (a.name < b.name ? -1 : 1))
        .map((row) => row.id);
    },
    serviceToken(userName) {
      const user = store.userByName("default", userName);
      const project = store.projectByName("default", "service");
      if (!user || !project) throw new Error(`the cloud's own user ${userName} is missing`);
      const scope = { kind: "project", projectId: project.id } as const;
      return tokens.issue({ userId: user.id, methods: ["password"], scope }).token;
    },
  };
}
