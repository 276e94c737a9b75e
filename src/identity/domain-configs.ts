// Options of the identity and LDAP drivers that an administrator sets for one domain. They are kept and shown; no
// driver reads them, since there is but one directory here. Authority: keystone/resource/core.py, DomainConfigManager.

import { ForbiddenBecause, NotFoundHere } from "./errors.ts";
import type { DomainOption } from "./store/domain-configs.ts";
import type { IdentityStore } from "./store.ts";

export type Config = Record<string, Record<string, unknown>>;

/** Which options there are, with their defaults (keystone/conf/identity.py and keystone/conf/ldap.py of Zed). */
const DEFAULTS: Config = {
  identity: { driver: "sql", list_limit: null },
  ldap: {
    url: "ldap://localhost",
    user: null,
    suffix: "cn=example,cn=com",
    query_scope: "one",
    page_size: 0,
    alias_dereferencing: "default",
    debug_level: null,
    chase_referrals: null,
    user_tree_dn: null,
    user_filter: null,
    user_objectclass: "inetOrgPerson",
    user_id_attribute: "cn",
    user_name_attribute: "sn",
    user_mail_attribute: "mail",
    user_description_attribute: "description",
    user_pass_attribute: "userPassword",
    user_enabled_attribute: "enabled",
    user_enabled_invert: false,
    user_enabled_mask: 0,
    user_enabled_default: "True",
    user_attribute_ignore: ["default_project_id"],
    user_default_project_id_attribute: null,
    user_enabled_emulation: false,
    user_enabled_emulation_dn: null,
    user_enabled_emulation_use_group_config: false,
    user_additional_attribute_mapping: [],
    group_tree_dn: null,
    group_filter: null,
    group_objectclass: "groupOfNames",
    group_id_attribute: "cn",
    group_name_attribute: "ou",
    group_members_are_ids: false,
    group_member_attribute: "member",
    group_desc_attribute: "description",
    group_attribute_ignore: [],
    group_additional_attribute_mapping: [],
    tls_cacertfile: null,
    tls_cacertdir: null,
    use_tls: false,
    tls_req_cert: "demand",
    use_pool: true,
    pool_size: 10,
    pool_retry_max: 3,
    pool_retry_delay: 0.1,
    pool_connection_timeout: -1,
    pool_connection_lifetime: 600,
    use_auth_pool: true,
    auth_pool_size: 100,
    auth_pool_connection_lifetime: 60,
  },
};

/** Taken, never shown. */
const SENSITIVE: Record<string, readonly string[]> = { identity: [], ldap: ["password"] };

/** What anybody may read of [security_compliance], for the default domain. */
export interface PublicCompliance {
  password_regex: string | null;
  password_regex_description: string | null;
}

export class DomainConfigs {
  #store: IdentityStore;
  #compliance: PublicCompliance;

  constructor(parts: { store: IdentityStore; compliance: PublicCompliance }) {
    this.#store = parts.store;
    this.#compliance = parts.compliance;
  }

  exists(domainId: string): boolean {
    return this.#store.domainConfigs.list(domainId).length > 0;
  }

  /** One group, one option, or all. @throws NotFoundHere, ForbiddenBecause */
  get(domainId: string, group?: string, option?: string): Record<string, unknown> {
    checkName(group, option);
    const rows = this.#store.domainConfigs
      .list(domainId, group, option)
      .filter((row) => !SENSITIVE[row.group]?.includes(row.option));
    if (rows.length === 0) throw notFound(domainId, group, option);
    return shape(rows, option);
  }

  defaults(group?: string, option?: string): Record<string, unknown> {
    checkName(group, option);
    if (group === undefined) return DEFAULTS;
    const options = DEFAULTS[group] ?? {};
    if (option === undefined) return { [group]: options };
    if (!(option in options))
      throw invalid(`Reading the default for option ${option} in group ${group} is not supported`);
    return { [option]: options[option] };
  }

  compliance(domainId: string, defaultDomainId: string, option?: string): Record<string, unknown> {
    if (domainId !== defaultDomainId) {
      throw invalid("Reading security compliance information for any domain other than the default domain");
    }
    if (option === undefined) return { security_compliance: this.#compliance };
    if (!(option in this.#compliance))
      throw invalid("Reading security compliance values other than password_regex");
    return { [option]: this.#compliance[option as keyof PublicCompliance] };
  }

  /** In place of everything that was set before. */
  replace(domainId: string, config: unknown): Record<string, unknown> {
    const options = optionsOf(config);
    this.#store.db.transaction(() => {
      this.#store.domainConfigs.remove(domainId);
      for (const option of options) this.#store.domainConfigs.set(domainId, option);
    });
    return this.#all(domainId);
  }

  /** @param body all, the named group in its own name, or the named option alone */
  update(domainId: string, body: unknown, group?: string, option?: string): Record<string, unknown> {
    checkName(group, option);
    const options = optionsOf(group !== undefined && option !== undefined ? { [group]: body } : body);
    if (group !== undefined) {
      const other = options.find(
        (item) => item.group !== group || (option !== undefined && item.option !== option),
      );
      if (other)
        throw invalid(
          `Trying to update ${group}, but config provided contains ${other.group} ${other.option}`,
        );
      if (this.#store.domainConfigs.list(domainId, group, option).length === 0) {
        throw notFound(domainId, group, option);
      }
    }
    this.#store.db.transaction(() => {
      for (const item of options) this.#store.domainConfigs.set(domainId, item);
    });
    return this.#all(domainId);
  }

  delete(domainId: string, group?: string, option?: string): void {
    checkName(group, option);
    if (group !== undefined && this.#store.domainConfigs.list(domainId, group, option).length === 0) {
      throw notFound(domainId, group, option);
    }
    this.#store.domainConfigs.remove(domainId, group, option);
  }

  #all(domainId: string): Record<string, unknown> {
    const rows = this.#store.domainConfigs.list(domainId);
    return shape(rows.filter((row) => !SENSITIVE[row.group]?.includes(row.option)));
  }
}

function shape(rows: DomainOption[], option?: string): Record<string, unknown> {
  if (option !== undefined) return { [option]: rows[0]?.value };
  const config: Config = {};
  for (const row of rows) {
    config[row.group] ??= {};
    config[row.group]![row.option] = row.value;
  }
  return config;
}

/** @throws ForbiddenBecause */
function optionsOf(config: unknown): DomainOption[] {
  if (typeof config !== "object" || config === null || Object.keys(config).length === 0) {
    throw invalid("No options specified");
  }
  return Object.entries(config).flatMap(([group, options]) => {
    if (
      typeof options !== "object" ||
      options === null ||
      Array.isArray(options) ||
      Object.keys(options).length === 0
    ) {
      throw invalid(`The value of group ${group} specified in the config should be a dictionary of options`);
    }
    return Object.entries(options).map(([option, value]) => {
      checkName(group, option);
      return { group, option, value };
    });
  });
}

function checkName(group?: string, option?: string): void {
  if (group === undefined) return;
  if (!Object.hasOwn(DEFAULTS, group)) {
    throw invalid(`Group ${group} is not supported for domain specific configurations`);
  }
  if (option === undefined || Object.hasOwn(DEFAULTS[group]!, option) || SENSITIVE[group]?.includes(option))
    return;
  throw invalid(`Option ${option} in group ${group} is not supported for domain specific configurations`);
}

/** Keystone's InvalidDomainConfig. */
function invalid(reason: string): ForbiddenBecause {
  return new ForbiddenBecause(`Invalid domain specific configuration: ${reason}.`);
}

function notFound(domainId: string, group?: string, option?: string): NotFoundHere {
  const what =
    option !== undefined
      ? `option ${option} in group ${group}`
      : group !== undefined
        ? `group ${group}`
        : "any options";
  return new NotFoundHere(`Could not find ${what} in domain configuration for domain ${domainId}.`);
}
