import { expect, test } from "bun:test";
import { FakeClock } from "../core/clock.ts";
import { expectRefusals, identityCloud, logIn, make } from "./testing.ts";

const DAY_MS = 86_400_000;

/** ann, with password `first`. */
async function world(settings: Record<string, string>) {
  const clock = new FakeClock();
  const all = await identityCloud({ clock, settings });
  const user = await make(all.admin, "POST /v3/users", { user: { name: "ann", password: "first" } });
  const statusWith = async (password: string) =>
    (await logIn(all.cloud, { name: "ann", password })).answer.status;
  const change = (original_password: string, password: string) =>
    all.cloud.request("key", "POST", `/v3/users/${user.id}/password`, {
      user: { original_password, password },
    });
  return { all, admin: all.admin, clock, user, statusWith, change };
}

test("locked out after wrong passwords, for a while", async () => {
  const { all, admin, clock, user, statusWith } = await world({
    KEYSTONE_LOCKOUT_FAILURE_ATTEMPTS: "2",
    KEYSTONE_LOCKOUT_DURATION: "60",
  });
  await using _ = all;
  expect([await statusWith("x"), await statusWith("first")]).toEqual([401, 201]);
  expect([await statusWith("x"), await statusWith("x"), await statusWith("first")]).toEqual([401, 401, 401]);
  await clock.advance(60_000);
  expect(await statusWith("first")).toBe(201);
  await admin.patch(`/v3/users/${user.id}`, { user: { options: { ignore_lockout_failure_attempts: true } } });
  expect([await statusWith("x"), await statusWith("x"), await statusWith("first")]).toEqual([401, 401, 201]);
});

test("a password expires and must be changed", async () => {
  const { all, admin, clock, user, statusWith, change } = await world({
    KEYSTONE_PASSWORD_EXPIRES_DAYS: "30",
  });
  await using _ = all;
  expect(user.password_expires_at).toBe("2013-03-29T17:39:31.000000");
  await clock.advance(30 * DAY_MS);
  const late = await logIn(all.cloud, { name: "ann", password: "first" });
  expect([late.answer.status, late.answer.body.error.message]).toEqual([
    401,
    `The password is expired and needs to be changed for user: ${user.id}.`,
  ]);
  expect((await change("first", "second")).status).toBe(204);
  expect(await statusWith("second")).toBe(201);
  const root = await logIn(all.cloud, { name: "admin", password: "secret" }, { domain: { id: "default" } });
  const soon = await root.get("/v3/users?password_expires_at=lt:2014-01-01T00:00:00Z");
  expect(soon.body.users.map((row: { name: string }) => row.name)).toEqual(["ann"]);
  expect(admin).toBeDefined();
});

test("a password set by an administrator must be changed at the first log-in", async () => {
  const { all, statusWith, change } = await world({ KEYSTONE_CHANGE_PASSWORD_UPON_FIRST_USE: "True" });
  await using _ = all;
  expect(await statusWith("first")).toBe(401);
  expect((await change("first", "second")).status).toBe(204);
  expect(await statusWith("second")).toBe(201);
});

test("the last passwords cannot be chosen again; an administrator may", async () => {
  const { all, admin, user, change } = await world({ KEYSTONE_UNIQUE_LAST_PASSWORD_COUNT: "2" });
  await using _ = all;
  expect((await change("first", "second")).status).toBe(204);
  const again = await change("second", "first");
  expect([again.status, again.body.error.message]).toEqual([
    400,
    "The new password cannot be identical to a previous password. The total number which includes the new password must be unique is 2.",
  ]);
  expect((await change("second", "second")).status).toBe(400);
  expect((await change("second", "third")).status).toBe(204);
  expect((await change("third", "first")).status).toBe(204);
  expect((await admin.patch(`/v3/users/${user.id}`, { user: { password: "first" } })).status).toBe(200);
});

test("a password must stay for a day before the user may change it again", async () => {
  const { all, clock, change } = await world({ KEYSTONE_MINIMUM_PASSWORD_AGE: "1" });
  await using _ = all;
  expect((await change("first", "second")).status).toBe(204);
  const soon = await change("second", "third");
  expect([soon.status, soon.body.error.message]).toEqual([
    400,
    expect.stringContaining("minimum password age"),
  ]);
  await clock.advance(DAY_MS);
  expect((await change("second", "third")).status).toBe(204);
});

test("what a password must look like", async () => {
  const { all, admin, change } = await world({
    KEYSTONE_PASSWORD_REGEX: "(?=.*[a-z]).{5,}",
    KEYSTONE_PASSWORD_REGEX_DESCRIPTION: "five characters, one of them a letter",
  });
  await using _ = all;
  const message = "The password does not match the requirements: five characters, one of them a letter.";
  await expectRefusals(admin, [
    ["POST /v3/users", { user: { name: "bob", password: "1234" } }, 400, message],
  ]);
  const refused = await change("first", "1");
  expect([refused.status, refused.body.error.message]).toEqual([400, message]);
  const compliance = await admin.get("/v3/domains/default/config/security_compliance");
  expect(compliance.body.config.security_compliance).toEqual({
    password_regex: "(?=.*[a-z]).{5,}",
    password_regex_description: "five characters, one of them a letter",
  });
});

test("a user who never comes is disabled", async () => {
  const { all, clock, statusWith } = await world({ KEYSTONE_DISABLE_USER_DAYS_INACTIVE: "90" });
  await using _ = all;
  await clock.advance(89 * DAY_MS);
  expect(await statusWith("first")).toBe(201);
  await clock.advance(90 * DAY_MS);
  expect(await statusWith("first")).toBe(401);
});

test("a locked password cannot be changed by its user", async () => {
  const { all, admin, user, change } = await world({});
  await using _ = all;
  await admin.patch(`/v3/users/${user.id}`, { user: { options: { lock_password: true } } });
  const refused = await change("first", "second");
  expect([refused.status, refused.body.error.message]).toEqual([
    400,
    expect.stringContaining("password policy"),
  ]);
});

test("too long a password is cut, or refused", async () => {
  {
    const { all, statusWith } = await world({ KEYSTONE_MAX_PASSWORD_LENGTH: "5" });
    await using _ = all;
    expect([await statusWith("first and more"), await statusWith("firs")]).toEqual([201, 401]);
  }
  const { all, admin } = await world({
    KEYSTONE_MAX_PASSWORD_LENGTH: "6",
    KEYSTONE_STRICT_PASSWORD_CHECK: "True",
  });
  await using _ = all;
  await expectRefusals(admin, [
    [
      "POST /v3/users",
      { user: { name: "bob", password: "1234567" } },
      403,
      /must be less than or equal to 6/,
    ],
  ]);
});
