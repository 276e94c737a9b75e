// domain_remap: container and account come from the host name: `container.auth-account.example.com/object`.
// Authority: swift/common/middleware/domain_remap.py.

import { PLAIN, type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { fromWire, isTrue, listFromCsv, quote } from "../wire.ts";

export const domainRemap: BuiltinFilter = {
  name: "domain_remap",
  factory(next, conf, tools) {
    const domains = listFromCsv(confText(conf, "storage_domain", "example.com")).map((domain) =>
      domain.startsWith(".") ? domain : `.${domain}`,
    );
    const root = confText(conf, "path_root", "v1").replace(/^\/+|\/+$/g, "");
    const prefixes = listFromCsv(confText(conf, "reseller_prefixes", "AUTH"));
    const defaultPrefix = conf.get("default_reseller_prefix") ?? null;
    const mangles = isTrue(confText(conf, "mangle_client_paths"));
    tools.registerInfo("domain_remap", { default_reseller_prefix: defaultPrefix });

    /** The account with its prefix as configured; null when it has none of them. */
    function accountOf(text: string): string | null {
      if (prefixes.length === 0) return text;
      // A host name has no underscore and no capitals.
      const name = !text.includes("_") && text.includes("-") ? text.replace("-", "_") : text;
      const given = name.split("_")[0]!.toLowerCase();
      const prefix = prefixes.find((candidate) => candidate.toLowerCase() === given);
      if (prefix !== undefined) return prefix + name.slice(prefix.length);
      return defaultPrefix ? `${defaultPrefix}_${name}` : null;
    }

    return function domainRemapApp(request) {
      const host = request.env.host.replace(/:\d*$/, "");
      const domain = domains.find((candidate) => host.endsWith(candidate));
      if (domain === undefined) return next(request);
      const parts = host
        .slice(0, -domain.length)
        .replace(/^\.+|\.+$/g, "")
        .split(".");
      if (parts.length > 2) return Promise.resolve(say(400, "Bad domain in host header", PLAIN));
      const account = accountOf(parts.at(-1)!);
      if (account === null) return next(request);
      const container = parts.slice(0, -1).map((part) => fromWire(part) ?? part);
      return remapped(request, [root, account, ...container]);
    };

    async function remapped(request: SwiftRequest, segments: string[]): Promise<SwiftReply> {
      const asked = request.path;
      let rest = asked.slice(1);
      if (mangles && `${rest}/`.startsWith(`${root}/`)) rest = rest.slice(root.length + 1);
      request.path = ["", ...segments, rest].join("/");
      const [from, to] = [quote(request.path), quote(asked)];
      const reply = await next(request);
      for (const name of ["location", "content-location"]) {
        const value = reply.headers[name];
        const [, server, path] = /^(https?:\/\/[^/]+)(.*)$/s.exec(value ?? "") ?? [];
        if (path?.startsWith(from)) reply.headers[name] = server + to + path.slice(from.length);
      }
      return reply;
    }
  },
};
