// What a token of an application credential with access rules may be used for. Authority: keystonemiddleware,
// auth_token/__init__.py (`validate_allowed_request`, `_path_matches`).

import type { TokenUse } from "../../http/auth.ts";
import type { AccessRuleRow } from "../tables.ts";

export function rulesAllow(rules: readonly AccessRuleRow[], use: TokenUse): boolean {
  const { serviceTypes, method, paths } = use;
  // A service always finds out whose the token is.
  if (
    serviceTypes.includes("identity") &&
    method === "GET" &&
    paths.some((p) => p.endsWith("/v3/auth/tokens"))
  )
    return true;
  return rules.some(
    (rule) =>
      rule.method === method &&
      serviceTypes.includes(rule.service ?? "") &&
      paths.some((path) => pathMatches(path, rule.path ?? "")),
  );
}

/** `*` and `{name}` stand for one step of the path, `**` for any number. */
export function pathMatches(path: string, pattern: string): boolean {
  const source = pattern
    .split(/(\*\*|\*|\{[^}]*\})/)
    .map((part, i) => (i % 2 === 0 ? RegExp.escape(part) : part === "**" ? ".*" : "[^/]+"))
    .join("");
  return new RegExp(`^${source}$`, "s").test(path);
}
