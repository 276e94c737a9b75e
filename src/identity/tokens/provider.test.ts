import { expect, test } from "bun:test";
import { FakeClock } from "../../core/clock.ts";
import { tokenValidator } from "../../http/auth.ts";
import { DEFAULT_DOMAIN_ID } from "../bootstrap.ts";
import { identityCloud } from "../testing.ts";
import { rotateKeys } from "./keys.ts";

async function world() {
  const clock = new FakeClock();
  const all = await identityCloud({ clock });
  const { store, tokens } = all.identity;
  const user = store.userByName(DEFAULT_DOMAIN_ID, "demo")!;
  const project = store.projectByName(DEFAULT_DOMAIN_ID, "demo")!;
  const scope = { kind: "project", projectId: project.id } as const;
  const issue = () => tokens.issue({ userId: user.id, methods: ["password"], scope });
  return { all, clock, store, tokens, user, project, scope, issue };
}

test("ID-25 a token ends after 24 hours, and can be looked at for two days more", async () => {
  const { all, clock, tokens, issue } = await world();
  await using _ = all;
  const { token } = issue();
  await clock.advance(86_400_000 - 1000);
  expect(tokens.facts(token)?.userName).toBe("demo");
  await clock.advance(1000);
  expect(tokens.facts(token)).toBeNull();
  expect(tokens.examine(token)).toBe("ended");
  expect(tokens.view(token, { allowExpired: true })?.user.name).toBe("demo");
  await clock.advance(172_800_000);
  expect(tokens.view(token, { allowExpired: true })).toBeNull();
});

test("facts are remembered until something changes", async () => {
  const { all, store, tokens, user, issue } = await world();
  await using _ = all;
  const { token } = issue();
  const facts = tokens.facts(token);
  expect(tokens.facts(token)).toBe(facts);
  store.users.update(user.id, { name: "renamed" });
  expect(tokens.facts(token)?.userName).toBe("renamed");
});

test("a token seen before is validated without a look into any table", async () => {
  const { all, store, issue } = await world();
  await using _ = all;
  const { token } = issue();
  const validator = all.cloud.cloud.peers.get(tokenValidator);
  const use = { serviceTypes: ["compute"], method: "GET", paths: ["/v2.1/servers"] };
  validator.validate(token, use);
  const { raw } = store.db;
  const names = ["user", "project", "role", "assignment", "implied_role", "revocation_event"];
  for (const name of names) raw.run(`ALTER TABLE "${name}" RENAME TO "${name}_away"`);
  expect(validator.validate(token, use)?.userName).toBe("demo");
  // One that was not seen before is looked up.
  expect(() => validator.validate(issue().token, use)).toThrow(/no such table/);
  for (const name of names) raw.run(`ALTER TABLE "${name}_away" RENAME TO "${name}"`);
});

test("a token loses a role the moment the grant is gone, and ends with the last", async () => {
  const { all, store, tokens, project, user, issue } = await world();
  await using _ = all;
  const other = store.roles.insert({ id: "other", name: "Other" });
  const grant = { type: "UserProject", actor_id: user.id, target_id: project.id, inherited: false } as const;
  store.assignments.add({ ...grant, role_id: other.id });
  const { token } = issue();
  expect(tokens.facts(token)?.roles).toContain("other");
  store.assignments.remove({ ...grant, role_id: other.id });
  expect(tokens.facts(token)?.roles).toEqual(["member", "reader"]);
  store.assignments.removeOf(user.id);
  expect(tokens.facts(token)).toBeNull();
  expect(tokens.examine(token)).toBe("gone");
});

test("a disabled user, project or domain stops its tokens", async () => {
  const { all, store, tokens, project, user, issue } = await world();
  await using _ = all;
  const { token } = issue();
  const works = () => tokens.facts(token) !== null;
  store.users.update(user.id, { enabled: false });
  expect(works()).toBe(false);
  store.users.update(user.id, { enabled: true });
  expect(works()).toBe(true);
  store.projects.update(project.id, { enabled: false });
  expect(works()).toBe(false);
  store.projects.update(project.id, { enabled: true });
  store.projects.update(DEFAULT_DOMAIN_ID, { enabled: false });
  expect(works()).toBe(false);
});

test("what another process writes counts too", async () => {
  const { all, issue } = await world();
  await using _ = all;
  const validator = all.context.peers.get(tokenValidator);
  const { token } = issue();
  expect(validator.validate(token)?.userName).toBe("demo");
  all.cloud.sql("keystone", "UPDATE user SET enabled = 0 WHERE name = 'demo'");
  expect(validator.validate(token)).toBeNull();
});

test("revoking ends one token; revoking a user ends all made until now and none after", async () => {
  const { all, clock, tokens, user, issue } = await world();
  await using _ = all;
  const [first, second] = [issue(), issue()];
  tokens.revoke(first.view);
  expect(tokens.facts(first.token)).toBeNull();
  expect(tokens.facts(second.token)).not.toBeNull();
  tokens.revokeUser(user.id);
  expect(tokens.facts(second.token)).toBeNull();
  // In the same millisecond.
  const third = issue();
  expect(tokens.facts(third.token)).not.toBeNull();
  await clock.advance(1);
  expect(tokens.facts(third.token)).not.toBeNull();
});

test("revocation events are forgotten when no token can be as old", async () => {
  const { all, clock, tokens, user } = await world();
  await using _ = all;
  tokens.revokeUser(user.id);
  await clock.advance(86_400_000 + 172_800_000 + 61_000);
  tokens.revokeUser("somebody else");
  expect(tokens.revocations.list().map((event) => event.user_id)).toEqual(["somebody else"]);
});

test("a token made from another keeps its end and its chain", async () => {
  const { all, clock, tokens, user, scope, issue } = await world();
  await using _ = all;
  const first = issue();
  await clock.advance(60_000);
  const { view } = tokens.issue({ userId: user.id, methods: ["token"], scope, parent: first.view.payload });
  expect(view.payload.expiresAtMs).toBe(first.view.payload.expiresAtMs);
  expect(view.payload.auditIds).toEqual([expect.any(String), first.view.payload.auditIds[0]!]);
});

test("no token for a scope without roles", async () => {
  const { all, store, tokens, user } = await world();
  await using _ = all;
  const service = store.projectByName(DEFAULT_DOMAIN_ID, "service")!;
  const scope = { kind: "project", projectId: service.id } as const;
  expect(() => tokens.issue({ userId: user.id, methods: ["password"], scope })).toThrow(
    "requires authentication",
  );
});

test("rotated keys still read tokens of the key before", async () => {
  const { all, tokens, issue } = await world();
  await using _ = all;
  const { token } = issue();
  rotateKeys(all.context.paths.dir("fernet-keys"));
  tokens.reloadKeys();
  expect(tokens.facts(token)).not.toBeNull();
  expect(tokens.facts(issue().token)).not.toBeNull();
});

test("what nobody here made is no token", async () => {
  const { all, tokens, user } = await world();
  await using _ = all;
  const { receipt } = tokens.issueReceipt(user.id, ["password"]);
  for (const text of ["", "x", "gAAAAA", receipt, "é", `${receipt} `]) {
    expect(tokens.facts(text)).toBeNull();
    expect(tokens.examine(text)).toBe("unrecognized");
  }
});
