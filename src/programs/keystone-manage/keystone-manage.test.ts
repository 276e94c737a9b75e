import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatePaths } from "../../core/paths.ts";
import type { Identity } from "../../identity/manager.ts";
import { keystoneManage } from "./index.ts";
import { openOffline } from "./offline.ts";

let folder: string;
let state: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stack-manage-"));
  state = join(folder, "state");
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

async function run(argv: string[], env: Record<string, string> = {}) {
  const said = { status: -1, out: "", err: "" };
  said.status = await keystoneManage(argv, {
    // The cheapest hash there is: these tests are not about passwords.
    env: {
      STACK_STATE: state,
      KEYSTONE_PASSWORD_HASH_MEMORY: "8",
      KEYSTONE_PASSWORD_HASH_ROUNDS: "1",
      ...env,
    },
    out: (text) => {
      said.out += text;
    },
    err: (text) => {
      said.err += text;
    },
  });
  return said;
}

const SILENT = { status: 0, out: "", err: "" };

function look<T>(ask: (identity: Identity) => T): T {
  using database = openOffline(new StatePaths(state), {});
  return ask(database.identity);
}

test("db_sync makes the schema, once; --check and db_version tell", async () => {
  expect(await run(["db_sync", "--check"])).toMatchObject({ status: 2 });
  expect(await run(["db_version"])).toMatchObject({ status: 1 });
  for (const argv of [["db_sync"], ["db_sync"], ["db_sync", "--migrate"], ["db_sync", "7"]]) {
    expect(await run(argv)).toEqual(SILENT);
  }
  expect((await run(["db_sync", "--check"])).status).toBe(0);
  expect(Number((await run(["db_version"])).out)).toBeGreaterThan(0);
  expect(look(({ store }) => store.projects.count())).toBe(0);
});

describe("bootstrap", () => {
  const options = [
    ...["--bootstrap-password", "one", "--bootstrap-region-id", "RegionOne"],
    ...["--bootstrap-admin-url", "http://c:5000/v3/", "--bootstrap-public-url", "http://c:5000/v3/"],
  ];

  test("makes what is missing, and nothing twice", async () => {
    for (let i = 0; i < 2; i++) expect(await run(["bootstrap", ...options])).toEqual(SILENT);
    look(({ store, entries, roles }) => {
      const admin = store.userByName("default", "admin")!;
      expect([store.users.count(), store.projects.count()]).toEqual([1, 2]);
      expect(
        store.assignments
          .list({ actorIds: [admin.id] })
          .map((row) => row.type)
          .sort(),
      ).toEqual(["UserProject", "UserSystem"]);
      expect(
        roles
          .list()
          .map(({ name, options: set }) => [name, set])
          .sort(),
      ).toEqual([
        ["admin", { immutable: true }],
        ["member", { immutable: true }],
        ["reader", { immutable: true }],
      ]);
      expect(
        entries
          .endpoints()
          .map((row) => `${row.interface} ${row.region_id} ${row.url}`)
          .sort(),
      ).toEqual(["admin RegionOne http://c:5000/v3/", "public RegionOne http://c:5000/v3/"]);
    });
    const { adminPassword } = JSON.parse(readFileSync(join(state, "secrets.json"), "utf8"));
    expect(adminPassword).toBe("one");
  });

  test("the variables go before the options; a user of another name gets the role asked for", async () => {
    const env = {
      OS_BOOTSTRAP_USERNAME: "root",
      OS_BOOTSTRAP_PASSWORD: "two",
      OS_BOOTSTRAP_ROLE_NAME: "chief",
    };
    expect(await run(["bootstrap", ...options, "--no-immutable-roles"], env)).toEqual(SILENT);
    look(({ store }) => {
      expect(store.userByName("default", "admin")).toBeNull();
      expect(store.roleByName("chief")?.options).toEqual({});
      expect(store.roleByName("admin")).toBeNull();
    });
  });

  test("a disabled user is enabled, an address that has moved follows", async () => {
    await run(["bootstrap", ...options]);
    look(({ store }) => store.users.update(store.userByName("default", "admin")!.id, { enabled: false }));
    await run(["bootstrap", "--bootstrap-password", "one", "--bootstrap-public-url", "http://d:5000/v3"]);
    look(({ store, entries }) => {
      expect(store.userByName("default", "admin")?.enabled).toBe(true);
      expect(entries.endpoints({ interface: "public" }).map(({ url }) => url)).toEqual(["http://d:5000/v3"]);
    });
  });
});

test("fernet_setup, fernet_rotate and their other names; credentials have no keys", async () => {
  const keys = () => readdirSync(join(state, "fernet-keys")).sort();
  expect((await run(["fernet_rotate"])).status).toBe(1);
  for (const name of ["fernet_setup", "token_setup", "receipt_setup"])
    expect(await run([name])).toEqual(SILENT);
  expect(keys()).toEqual(["0", "1"]);
  for (const name of ["fernet_rotate", "token_rotate", "receipt_rotate"]) {
    expect(await run([name], { KEYSTONE_FERNET_MAX_ACTIVE_KEYS: "4" })).toEqual(SILENT);
  }
  expect(keys()).toEqual(["0", "2", "3", "4"]);
  for (const name of ["credential_setup", "credential_rotate", "credential_migrate"]) {
    expect(await run([name, "--keystone-user", "root", "--keystone-group", "root"])).toMatchObject({
      status: 0,
    });
  }
  expect((await run(["fernet_setup", "--keystone-user", "no-such-user"])).err).toStartWith("Unknown user");
});

test("trust_flush removes what has ended, for whom it is asked", async () => {
  await run(["db_sync"]);
  const trust = { trustor_user_id: "a", trustee_user_id: "b", impersonation: true, project_id: "p" };
  look(({ store }) => {
    store.trusts.insert({ ...trust, id: "living" });
    store.trusts.insert({ ...trust, id: "expired", expires_at: 1000 });
    store.trusts.insert({ ...trust, id: "deleted", trustor_user_id: "c", deleted_at: 1000 });
    store.trusts.insert({ ...trust, id: "asked-about", expires_at: 2000 });
    store.trusts.insert({ ...trust, id: "redelegated", redelegated_trust_id: "asked-about" });
    store.trusts.roles.add("expired", "r");
  });
  const ids = () =>
    look(({ store }) =>
      store.trusts
        .list()
        .map(({ id }) => id)
        .sort(),
    );
  expect(await run(["trust_flush", "--trustor-user-id", "c"])).toEqual(SILENT);
  expect(ids()).toEqual(["asked-about", "expired", "living", "redelegated"]);
  expect(await run(["trust_flush", "--date", "01-01-1970"])).toEqual(SILENT);
  expect(ids()).toHaveLength(4);
  expect(await run(["trust_flush"])).toEqual(SILENT);
  expect(ids()).toEqual(["asked-about", "living", "redelegated"]);
  expect((await run(["trust_flush", "--date", "yesterday"])).status).toBe(1);
});

test("domain_config_upload reads the files of domains", async () => {
  await run(["bootstrap", "--bootstrap-password", "x"]);
  const domains = join(folder, "domains");
  mkdirSync(domains);
  writeFileSync(join(domains, "keystone.Default.conf"), "[ldap]\nurl = ldap://host\n# no\nsuffix=dc=x\n");
  writeFileSync(join(domains, "keystone.Other.conf"), "");
  const upload = ["domain_config_upload", "--domain-config-dir", domains];
  expect(await run(upload)).toMatchObject({ status: 1, out: expect.stringContaining("At least one option") });
  expect(await run([...upload, "--domain-name", "Default"])).toEqual(SILENT);
  expect(look(({ domainConfigs }) => domainConfigs.get("default"))).toEqual({
    ldap: { url: "ldap://host", suffix: "dc=x" },
  });
  const all = await run([...upload, "--all"]);
  expect([all.status, all.out]).toEqual([
    1,
    expect.stringContaining("Domain: Default already has a configuration"),
  ]);
  expect(all.out).toContain("Invalid domain name: Other found in config file name");
});

test("mapping_engine tries rules on an assertion; the rest of mapping_* has nothing to do", async () => {
  await run(["bootstrap", "--bootstrap-password", "x"]);
  const [rules, input] = [join(folder, "rules.json"), join(folder, "assertion")];
  writeFileSync(rules, JSON.stringify([{ local: [{ user: { name: "{0}" } }], remote: [{ type: "EMAIL" }] }]));
  writeFileSync(input, "EMAIL: me@example.com\n\nOTHER: x\n");
  const engine = ["mapping_engine", "--rules", rules, "--input", input];
  const mapped = JSON.parse((await run(engine)).out);
  expect(mapped.user).toEqual({ name: "me@example.com", type: "ephemeral" });
  expect(await run([...engine, "--prefix", "O"])).toMatchObject({ status: 1 });
  writeFileSync(input, "nonsense");
  expect((await run(engine)).err).toContain("at line 1 expected 'key: value'");
  expect(await run(["mapping_purge", "--all"])).toEqual(SILENT);
  expect((await run(["mapping_purge", "--all", "--type", "user"])).err).toContain("cannot be mixed");
  expect((await run(["mapping_purge", "--domain-name", "none"])).err).toContain("Unknown domain 'none'");
  expect(await run(["mapping_populate", "--domain-name", "Default"])).toEqual(SILENT);
});

test("doctor finds what hurts, and only that", async () => {
  expect((await run(["doctor"])).out).toContain("There is no database");
  await run(["db_sync"]);
  expect(await run(["doctor"])).toEqual(SILENT);
  const env = {
    KEYSTONE_MINIMUM_PASSWORD_AGE: "9",
    KEYSTONE_PASSWORD_EXPIRES_DAYS: "3",
    KEYSTONE_PASSWORD_REGEX: "(",
    SERVICE_TOKEN: "ADMIN",
  };
  const { status, out } = await run(["doctor"], env);
  expect([status, out.match(/^WARNING: /gm)?.length]).toEqual([1, 4]);
});

test("MG-01 CL-03 --state names the state directory; version and help", async () => {
  const other = join(folder, "other");
  for (const argv of [
    ["--state", other, "db_sync"],
    ["--config-dir", "etc/", "db_sync", "--state", other],
  ]) {
    expect(await run(argv)).toEqual(SILENT);
  }
  expect(readdirSync(other)).toContain("keystone.db");
  expect((await run(["--version"])).out).toMatch(/^\d+\.\d+\.\d+\n$/);
  expect((await run(["--help"])).out).toContain("\n    fernet_rotate         ");
  expect((await run(["help", "db_sync"])).out).toStartWith("usage: keystone-manage db_sync [-h] [--expand]");
  expect((await run(["db_sync", "--nope"])).err).toContain("unrecognized arguments: --nope");
});
