// The parts of the identity service, made and wired in one place.

import type { ServiceContext } from "../core/service.ts";
import { Authentication } from "./authentication.ts";
import { Catalog } from "./catalog.ts";
import { identitySection } from "./config.ts";
import { Passwords } from "./passwords.ts";
import { Projects } from "./projects.ts";
import { RoleResolver } from "./roles.ts";
import { IdentityStore } from "./store.ts";
import type { FernetKey } from "./tokens/fernet.ts";
import { TokenProvider } from "./tokens/provider.ts";
import { Users } from "./users.ts";

export interface Identity {
  store: IdentityStore;
  roles: RoleResolver;
  passwords: Passwords;
  tokens: TokenProvider;
  authentication: Authentication;
  catalog: Catalog;
  users: Users;
  projects: Projects;
}

export function makeIdentity(context: ServiceContext, keys: () => readonly FernetKey[]): Identity {
  const { clock, ids, log } = context;
  const config = context.config(identitySection);
  const store = new IdentityStore(context.db);
  const roles = new RoleResolver(store);
  const passwords = new Passwords(config);
  const tokens = new TokenProvider({
    store,
    roles,
    clock,
    keys,
    expirationSeconds: config.KEYSTONE_TOKEN_EXPIRATION,
  });
  return {
    store,
    roles,
    passwords,
    tokens,
    authentication: new Authentication({ store, roles, passwords, tokens, log }),
    catalog: new Catalog(store),
    users: new Users({
      store,
      passwords,
      tokens,
      clock,
      ids,
      maxPasswordLength: config.KEYSTONE_MAX_PASSWORD_LENGTH,
    }),
    projects: new Projects({ store, ids }),
  };
}
