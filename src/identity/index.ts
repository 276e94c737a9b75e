// The identity service (keystone): who may do what, and where everything is.

import { cloudSection } from "../config/cloud.ts";
import { CloudError } from "../core/errors.ts";
import type { PublishedEndpoint, Service, ServiceContext, ServiceDeclaration } from "../core/service.ts";
import { tokenValidator } from "../http/auth.ts";
import { identityApi } from "./api/index.ts";
import { ADMIN_MOUNT, ADMIN_PORT } from "./api/v2/sides.ts";
import { bootstrap, createNothing } from "./bootstrap.ts";
import { identitySection } from "./config.ts";
import { AuthenticationFailed } from "./errors.ts";
import { type Identity, makeIdentity } from "./manager.ts";
import { migrations } from "./migrations/index.ts";
import { policies } from "./policies.ts";
import { type IdentityPublic, identityPublic } from "./public.ts";
import { identityMetrics } from "./store/metrics.ts";
import { subjectFacts } from "./subject.ts";
import { loadKeys, setupKeys } from "./tokens/keys.ts";

export const keystone: ServiceDeclaration = {
  window: "key",
  program: "keystone",
  project: "keystone",
  summary: "Identity: users, projects, roles, tokens and the service catalog.",
  ports: [5000, ADMIN_PORT],
  mount: "/identity",
  adminMount: ADMIN_MOUNT,
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
    metrics: () => identityMetrics(context.db),
    async start() {
      setupKeys(keyFolder());
      const identity = makeIdentity(context, () => loadKeys(keyFolder()));
      await fill(context, identity);
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

async function fill(context: ServiceContext, { store, passwords }: Identity): Promise<void> {
  if (!context.config(identitySection).KEYSTONE_BOOTSTRAP) {
    createNothing(store);
    return;
  }
  const first = await bootstrap({
    store,
    passwords,
    secrets: context.secrets,
    ids: context.ids,
    nowMs: context.clock.now(),
    region: context.config(cloudSection).REGION_NAME,
    endpoints: context.endpoints.published(),
    adminUrl,
  });
  if (first) context.log.info(null, "Created the default domain, projects, users and roles");
}

/** Keystone's own admin port, or its path where there is one port for all. */
function adminUrl({ window, url }: PublishedEndpoint): string {
  if (window !== "key") return url;
  return url.replace(/:5000$/, `:${ADMIN_PORT}`).replace(/\/identity$/, ADMIN_MOUNT);
}

function publicOf({ store, tokens, resolver, ec2Tokens, limits }: Identity): IdentityPublic {
  return {
    subject: (ref) => subjectFacts({ store, resolver }, ref),
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
    limits(serviceType, projectId) {
      const found: Record<string, number> = {};
      for (const { id } of store.services.match({ type: serviceType })) {
        for (const row of limits.listRegistered({ service_id: id }))
          found[row.resource_name] = row.default_limit;
        for (const row of limits.list({ service_id: id, project_id: projectId })) {
          found[row.resource_name] = row.resource_limit;
        }
      }
      return found;
    },
    serviceToken(userName) {
      const user = store.userByName("default", userName);
      const project = store.projectByName("default", "service");
      if (!user || !project) throw new Error(`the cloud's own user ${userName} is missing`);
      const scope = { kind: "project", projectId: project.id } as const;
      return tokens.issue({ userId: user.id, methods: ["password"], scope }).token;
    },
    ec2Holder(access, check) {
      const signed = (secret: string) => {
        if (!check(secret)) throw new AuthenticationFailed("Credential signature mismatch");
      };
      try {
        return tokens.facts(ec2Tokens.issue(access, signed, undefined).token);
      } catch (error) {
        if (error instanceof CloudError) return null;
        throw error;
      }
    },
  };
}
