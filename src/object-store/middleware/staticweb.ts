// staticweb: a public container as a web site: index pages, error pages, listings. Only for visitors without a token,
// or who ask for it with X-Web-Mode. Authority: swift/common/middleware/staticweb.py.

import { answer, isSuccess, type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { fromWire, isTrue, quote } from "../wire.ts";
import { disabledPage, listingPage } from "./staticweb-pages.ts";

export interface Site {
  index: string;
  error: string;
  listings: string;
  listingsLabel: string;
  listingsCss: string;
  directoryType: string;
}

export const staticweb: BuiltinFilter = {
  name: "staticweb",
  factory(next, conf, tools) {
    tools.registerInfo("staticweb", {});
    const urlBase = /^([a-z]+):\/\/([^/]*)/i.exec(confText(conf, "url_base"));

    const concerns = ({ env, method, entity, headers }: SwiftRequest) =>
      env.authorize !== null &&
      (method === "GET" || method === "HEAD") &&
      entity?.container != null &&
      (env.remoteUser === null || isTrue(headers.get("x-web-mode")));

    return when(
      concerns,
      (request) => (request.entity!.object ? visitObject(request) : visitContainer(request)),
      next,
    );

    function siteOf(request: SwiftRequest): Site {
      const { meta } = tools.containerInfo(request);
      const text = (name: string) => {
        const value = (meta[name] ?? "").trim();
        return fromWire(value) ?? value;
      };
      return {
        index: text("web-index"),
        error: text("web-error"),
        listings: text("web-listings"),
        listingsLabel: text("web-listings-label"),
        listingsCss: text("web-listings-css"),
        directoryType: text("web-directory-type"),
      };
    }

    async function visitContainer(request: SwiftRequest): Promise<SwiftReply> {
      const site = siteOf(request);
      request.acl = tools.containerInfo(request).readAcl;
      const denial = request.env.authorize!(request);
      if (denial) return failure(request, site, denial);
      if (site.listings === "" && site.index === "") {
        return isTrue(request.header("x-web-mode")) ? answer(404) : next(request);
      }
      if (!request.path.endsWith("/")) return withSlash(request);
      if (site.index === "") return list(request, site, "");
      const reply = await next(visit(request, request.path + site.index));
      if (reply.status === 404) return list(request, site, "");
      return reply.status < 400 ? reply : failure(request, site, reply);
    }

    async function visitObject(request: SwiftRequest): Promise<SwiftReply> {
      const reply = await next(visit(request, request.path));
      const site = siteOf(request);
      if (reply.status < 400) {
        const type = site.directoryType || "application/directory";
        const isFolder =
          reply.headers["content-type"] === type && Number(reply.headers["content-length"] ?? 0) <= 1;
        if (!isFolder) return reply;
      } else if (reply.status !== 404) return reply;
      if (site.listings === "" && site.index === "") return reply;
      const folder = request.path.endsWith("/");
      if (site.index !== "") {
        const page = await next(visit(request, `${request.path}${folder ? "" : "/"}${site.index}`));
        if (page.status < 400) return folder ? page : withSlash(request);
        if (page.status !== 404) return page;
      }
      const object = request.entity!.object!;
      if (folder) return list(request, site, object);
      const probe = await next(listing(request, `${object}/`, "1"));
      if (!isSuccess(probe.status) || (probe.listing ?? []).length === 0)
        return failure(request, site, answer(404));
      return withSlash(request);
    }

    /** The same visitor at another page. */
    function visit(request: SwiftRequest, path: string): SwiftRequest {
      return request.derive({
        method: request.method,
        path,
        queryText: request.queryText,
        headers: new Map(request.headers),
        source: "SW",
      });
    }

    function listing(request: SwiftRequest, prefix: string, limit: string | null): SwiftRequest {
      const { version, account, container } = request.entity!;
      const asked = request.derive({
        method: "GET",
        path: `/${version}/${account}/${container}`,
        headers: new Map(),
        source: "SW",
      });
      asked.changeQuery({
        delimiter: "/",
        ...(prefix === "" ? {} : { prefix }),
        ...(limit ? { limit } : {}),
      });
      return asked;
    }

    async function list(request: SwiftRequest, site: Site, prefix: string): Promise<SwiftReply> {
      const inside = request.path.split("/").slice(4).join("/");
      const label = site.listingsLabel === "" ? request.path : `${site.listingsLabel}/${inside}`;
      if (!isTrue(site.listings)) return failure(request, site, say(404, disabledPage(site, label, prefix)));
      const reply = await next(listing(request, prefix, null));
      if (!isSuccess(reply.status)) return failure(request, site, reply);
      const rows = reply.listing ?? [];
      if (prefix !== "" && rows.length === 0) return failure(request, site, answer(404));
      return say(200, listingPage(site, label, prefix, rows));
    }

    /** The site's own page for this status, when there is one. */
    async function failure(request: SwiftRequest, site: Site, reply: SwiftReply): Promise<SwiftReply> {
      if (site.error === "") return reply;
      const { version, account, container } = request.entity!;
      const path = `/${version}/${account}/${container}/${reply.status}${site.error}`;
      const page = await next(request.derive({ method: "GET", path, source: "SW" }));
      return isSuccess(page.status) ? { ...page, status: reply.status } : reply;
    }

    function withSlash(request: SwiftRequest): SwiftReply {
      const base = urlBase ? `${urlBase[1]}://${urlBase[2]}` : request.baseUrl;
      return answer(301, { location: `${base}${quote(`${request.path}/`)}` });
    }
  },
};
