import { expect, test } from "bun:test";
import { Sessions } from "./sessions.ts";

const sessions = new Sessions("a secret", "/dashboard");
const pairOf = (setCookie: string) => setCookie.split(";")[0]!;

test("what was sealed opens again, among other cookies", () => {
  const cookie = pairOf(sessions.begin("gAAAA-token", false));
  expect(sessions.token(cookie)).toBe("gAAAA-token");
  expect(sessions.token(`theme=dark; ${cookie}; x=y`)).toBe("gAAAA-token");
  expect(cookie).not.toContain("gAAAA-token");
});

test("no script reads the cookie, no other site sends it, and none but our own paths get it", () => {
  const attributes = (text: string) => text.split("; ").slice(1);
  expect(attributes(sessions.begin("t", false))).toEqual(["Path=/dashboard", "HttpOnly", "SameSite=Strict"]);
  expect(attributes(sessions.begin("t", true))).toContain("Secure");
  expect(attributes(sessions.end(false))).toContain("Max-Age=0");
});

test("the same token is sealed differently each time", () => {
  expect(sessions.begin("t", false)).not.toBe(sessions.begin("t", false));
});

test("a changed, cut, foreign or absent cookie is no session", () => {
  const cookie = pairOf(sessions.begin("gAAAA-token", false));
  const last = cookie.at(-3)!;
  expect(sessions.token(`${cookie.slice(0, -3)}${last === "A" ? "B" : "A"}${cookie.slice(-2)}`)).toBeNull();
  expect(sessions.token(cookie.slice(0, 40))).toBeNull();
  expect(sessions.token(`${sessions.cookieName}=`)).toBeNull();
  expect(sessions.token(`${sessions.cookieName}=%%%`)).toBeNull();
  expect(sessions.token("x=y")).toBeNull();
  expect(sessions.token(null)).toBeNull();
  const other = new Sessions("another secret", "/dashboard");
  expect(other.cookieName).not.toBe(sessions.cookieName);
  const value = cookie.slice(cookie.indexOf("="));
  expect(other.token(`${other.cookieName}${value}`)).toBeNull();
});
