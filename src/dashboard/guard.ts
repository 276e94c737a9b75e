// Cross-site request forgery. The cookie is SameSite=Strict, but "site" leaves out the port: another server on the same
// host is the same site. So every request that acts by the cookie must carry a header that a page of another origin can
// only send when a preflight allows it, which nothing here does, and must not be said by the browser to come from
// elsewhere (Fetch Metadata; `Origin` where a browser sends none over plain HTTP).

import { GUARD_HEADER, GUARD_VALUE } from "./wire.ts";

/** Why a request is refused; null when it is one of our own pages'. `header` takes lower-case names. */
export function refusal(header: (name: string) => string | null): string | null {
  if (header(GUARD_HEADER) !== GUARD_VALUE) return `The header ${GUARD_HEADER} is missing.`;
  const site = header("sec-fetch-site");
  if (site !== null) return site === "same-origin" ? null : "The request comes from another origin.";
  const origin = header("origin");
  if (origin !== null && hostOf(origin) !== header("host")) return "The request comes from another origin.";
  return null;
}

function hostOf(origin: string): string | null {
  return URL.canParse(origin) ? new URL(origin).host : null;
}
