import { expect, test } from "bun:test";
import { ProjectDatabase } from "../db/open.ts";
import { migrations } from "./migrations/index.ts";
import { RoleResolver } from "./roles.ts";
import { IdentityStore, ROOT_DOMAIN_ID } from "./store.ts";
import type { AssignmentType } from "./tables.ts";
import type { TokenScope } from "./tokens/payload.ts";

/** Domain `d` with project `top` above `mid` above `leaf`; user `u` in group `g`; admin implies member implies reader. */
function world() {
  const store = new IdentityStore(new ProjectDatabase({ path: ":memory:", migrations }));
  store.projects.insert({ id: "d", name: "d", domain_id: ROOT_DOMAIN_ID, is_domain: true });
  const chain = ["d", "top", "mid", "leaf"];
  for (const [i, id] of chain.entries()) {
    if (i > 0) store.projects.insert({ id, name: id, domain_id: "d", parent_id: chain[i - 1]! });
  }
  for (const name of ["admin", "member", "reader", "other"]) store.roles.insert({ id: name, name });
  store.roles.insert({ id: "local", name: "local", domain_id: "d" });
  store.implied.add("admin", "member");
  store.implied.add("member", "reader");
  store.users.insert({ id: "u", name: "u", domain_id: "d" });
  store.groups.insert({ id: "g", name: "g", domain_id: "d" });
  const give = (type: AssignmentType, target_id: string, role_id: string, inherited = false) =>
    store.assignments.add({
      type,
      actor_id: type.startsWith("User") ? "u" : "g",
      target_id,
      role_id,
      inherited,
    });
  return { store, resolver: new RoleResolver(store), give };
}

const project = (projectId: string): TokenScope => ({ kind: "project", projectId });
const names = (rows: { name: string }[]) => rows.map(({ name }) => name).sort();

test("a role brings what it implies, all the way", () => {
  const { resolver, give } = world();
  give("UserProject", "leaf", "admin");
  expect(names(resolver.effective("u", project("leaf")))).toEqual(["admin", "member", "reader"]);
  expect(resolver.effective("u", project("mid"))).toEqual([]);
  expect(resolver.effective("u", { kind: "unscoped" })).toEqual([]);
});

test("roles that imply each other in a circle end", () => {
  const { store, resolver, give } = world();
  store.implied.add("reader", "admin");
  give("UserProject", "leaf", "reader");
  expect(names(resolver.effective("u", project("leaf")))).toEqual(["admin", "member", "reader"]);
});

test("a group's role is its members' role, as long as they are members", () => {
  const { store, resolver, give } = world();
  give("GroupProject", "top", "other");
  expect(resolver.effective("u", project("top"))).toEqual([]);
  store.members.add("g", "u");
  expect(names(resolver.effective("u", project("top")))).toEqual(["other"]);
  store.members.remove("g", "u");
  expect(resolver.effective("u", project("top"))).toEqual([]);
});

test("a role inherited from a project holds below it, not in it", () => {
  const { resolver, give } = world();
  give("UserProject", "top", "other", true);
  expect(resolver.effective("u", project("top"))).toEqual([]);
  expect(names(resolver.effective("u", project("mid")))).toEqual(["other"]);
  expect(names(resolver.effective("u", project("leaf")))).toEqual(["other"]);
  expect(resolver.projectIds("u").sort()).toEqual(["leaf", "mid"]);
});

test("a role inherited from a domain holds in its projects, not in the domain", () => {
  const { resolver, give } = world();
  give("UserDomain", "d", "other", true);
  expect(names(resolver.effective("u", project("leaf")))).toEqual(["other"]);
  expect(resolver.effective("u", { kind: "domain", domainId: "d" })).toEqual([]);
  expect(resolver.projectIds("u").sort()).toEqual(["leaf", "mid", "top"]);
  expect(resolver.domainIds("u")).toEqual([]);
});

test("roles in a domain and in the system hold there alone", () => {
  const { resolver, give } = world();
  give("UserDomain", "d", "member");
  give("UserSystem", "system", "admin");
  expect(names(resolver.effective("u", { kind: "domain", domainId: "d" }))).toEqual(["member", "reader"]);
  expect(names(resolver.effective("u", { kind: "system" }))).toEqual(["admin", "member", "reader"]);
  expect(resolver.effective("u", project("top"))).toEqual([]);
  expect(resolver.domainIds("u")).toEqual(["d"]);
  expect(resolver.hasSystemRole("u")).toBe(true);
});

test("a domain's own role counts for what it implies only", () => {
  const { store, resolver, give } = world();
  give("UserProject", "top", "local");
  expect(resolver.effective("u", project("top"))).toEqual([]);
  expect(resolver.projectIds("u")).toEqual([]);
  store.implied.add("local", "other");
  expect(names(resolver.effective("u", project("top")))).toEqual(["other"]);
  expect(names(resolver.effective("u", project("top"), { domainRoles: true }))).toEqual(["local", "other"]);
  expect(resolver.projectIds("u")).toEqual(["top"]);
});
