// listing_formats: writes the rows of an account or container as the client wants them: text, JSON or XML.
// Authority: swift/common/middleware/listing_formats.py.

import { isSuccess, Refusal, type SwiftReply } from "../answers.ts";
import {
  accountXml,
  containerXml,
  type ListingEntry,
  type ListingType,
  listingJson,
  listingText,
  listingType,
} from "../listing.ts";
import { isReserved } from "../path.ts";
import type { BuiltinFilter } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { isTrue } from "../wire.ts";

export const listingFormats: BuiltinFilter = {
  name: "listing_formats",
  factory(next, _conf, tools) {
    const concerns = ({ method, entity }: SwiftRequest) =>
      (method === "GET" || method === "HEAD") &&
      entity?.account != null &&
      entity.object === null &&
      /^v1(\.0)?$/.test(entity.version);

    async function listingFormatsApp(request: SwiftRequest): Promise<SwiftReply> {
      const entity = request.entity!;
      let type: ListingType;
      try {
        type = listingType(request);
      } catch (error) {
        if (error instanceof Refusal) return error.reply;
        throw error;
      }
      let canVary = !request.query.has("format");
      const reply = await next(request);
      if (!isSuccess(reply.status)) return reply;
      if (!request.env.formatListing) {
        type = "application/json";
        canVary = false;
      }
      if (canVary) {
        const vary = reply.headers["vary"];
        if (vary === undefined) reply.headers["vary"] = "Accept";
        else if (!/\baccept\b/i.test(vary)) reply.headers["vary"] = `${vary}, Accept`;
      }
      const { listing } = reply;
      if (!listing) return reply;
      reply.headers["content-type"] = `${type}; charset=utf-8`;
      delete reply.listing;
      if (request.method === "HEAD") return { ...reply, body: null };
      const rows = isTrue(request.header("x-backend-allow-reserved-names"))
        ? listing
        : listing.filter((row) => !isReserved(row.name));
      if (rows.length < listing.length) {
        tools.log.warning(request, `Listing of ${request.quotedPath} had reserved names`);
      }
      const body = render(type, rows, entity.account!, entity.container);
      return body === "" ? { ...reply, status: 204, body: null } : { ...reply, status: 200, body };
    }
    return when(concerns, listingFormatsApp, next);
  },
};

function render(
  type: ListingType,
  rows: readonly ListingEntry[],
  account: string,
  container: string | null,
): string {
  if (type === "application/json") return listingJson(rows);
  if (type === "text/plain") return listingText(rows);
  return container === null ? accountXml(account, rows) : containerXml(container, rows);
}
