// The parts of the identity service, made and wired in one place.

import type { ServiceContext } from "../core/service.ts";
import { ApplicationCredentials } from "./application-credentials.ts";
import { Methods } from "./auth-methods.ts";
import { Authentication } from "./authentication.ts";
import { Catalog } from "./catalog.ts";
import { CatalogEntries } from "./catalog-entries.ts";
import { identitySection } from "./config.ts";
import { Credentials } from "./credentials.ts";
import { DomainConfigs } from "./domain-configs.ts";
import { Ec2Tokens } from "./ec2-tokens.ts";
import { EndpointFilters } from "./endpoint-filters.ts";
import { Federation } from "./federation.ts";
import { Grants } from "./grants.ts";
import { Groups } from "./groups.ts";
import { Limits, MODELS } from "./limits.ts";
import { OAuth1 } from "./oauth1.ts";
import { PasswordRules } from "./password-rules.ts";
import { Passwords } from "./passwords.ts";
import { PolicyBlobs } from "./policy-blobs.ts";
import { Projects } from "./projects.ts";
import { Regions } from "./regions.ts";
import { RoleAssignments } from "./role-assignments.ts";
import { RoleDefinitions } from "./role-definitions.ts";
import { RoleResolver } from "./roles.ts";
import { Scopes } from "./scopes.ts";
import { IdentityStore } from "./store.ts";
import type { FernetKey } from "./tokens/fernet.ts";
import { TokenProvider } from "./tokens/provider.ts";
import { Trusts } from "./trusts.ts";
import { Users } from "./users.ts";

export type Identity = ReturnType<typeof makeIdentity>;

/** What the parts are made from; tools that work on the database alone have no more. */
export type IdentityContext = Pick<ServiceContext, "clock" | "ids" | "log" | "db" | "config">;

/** @param keys read anew when they have been rotated */
export function makeIdentity(context: IdentityContext, keys: () => readonly FernetKey[]) {
  const { clock, ids, log } = context;
  const config = context.config(identitySection);
  const store = new IdentityStore(context.db);
  const model = MODELS[config.KEYSTONE_ENFORCEMENT_MODEL];
  const resolver = new RoleResolver(store);
  const passwords = new Passwords(config);
  const rules = new PasswordRules({ store, passwords, clock, config });
  const tokens = new TokenProvider({
    store,
    roles: resolver,
    clock,
    keys,
    expirationSeconds: config.KEYSTONE_TOKEN_EXPIRATION,
    allowExpiredSeconds: config.KEYSTONE_ALLOW_EXPIRED_WINDOW,
  });
  const applicationCredentials = new ApplicationCredentials({ store, passwords, clock, ids });
  const roles = new RoleDefinitions({ store, applicationCredentials, ids });
  const trusts = new Trusts({
    store,
    resolver,
    roles,
    tokens,
    clock,
    ids,
    maxRedelegationCount: config.KEYSTONE_MAX_REDELEGATION_COUNT,
  });
  const users = new Users({ store, rules, tokens, trusts, applicationCredentials, clock, ids });
  const groups = new Groups({ store, users, tokens, ids });
  const scopes = new Scopes({ store, trusts });
  const oauth1 = new OAuth1({ store, resolver, tokens, clock, ids });
  const methods = new Methods({ store, rules, tokens, scopes, applicationCredentials, oauth1, clock });
  const credentials = new Credentials({ store, ids });
  const filters = new EndpointFilters({ store, ids });
  return {
    /** Of the lists that Keystone cuts (`response_truncated` in its managers). */
    listLimit: config.KEYSTONE_LIST_LIMIT,
    store,
    resolver,
    passwords,
    rules,
    tokens,
    applicationCredentials,
    roles,
    trusts,
    users,
    groups,
    oauth1,
    credentials,
    filters,
    projects: new Projects({
      store,
      tokens,
      users,
      groups,
      trusts,
      applicationCredentials,
      ids,
      maxDepth: Math.min(config.KEYSTONE_MAX_PROJECT_TREE_DEPTH, model.maxTreeDepth),
    }),
    grants: new Grants({ store, roles }),
    roleAssignments: new RoleAssignments(store),
    regions: new Regions({ store, ids }),
    entries: new CatalogEntries({ store, ids }),
    catalog: new Catalog(store, filters),
    federation: new Federation({ store, ids }),
    policyBlobs: new PolicyBlobs({ store, ids }),
    limits: new Limits({ store, ids, model }),
    domainConfigs: new DomainConfigs({
      store,
      compliance: {
        password_regex: config.KEYSTONE_PASSWORD_REGEX || null,
        password_regex_description: config.KEYSTONE_PASSWORD_REGEX_DESCRIPTION || null,
      },
    }),
    ec2Tokens: new Ec2Tokens({
      store,
      credentials,
      tokens,
      clock,
      ttlMinutes: config.KEYSTONE_CREDENTIAL_AUTH_TTL,
    }),
    authentication: new Authentication({
      store,
      roles: resolver,
      tokens,
      trusts,
      methods,
      scopes,
      log,
      allowRescope: config.KEYSTONE_ALLOW_RESCOPE,
    }),
    scopes,
  };
}
