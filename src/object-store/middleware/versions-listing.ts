// All objects of a listing, page after page.

import { isSuccess, refuse, type SwiftReply } from "../answers.ts";
import type { ObjectEntry } from "../listing.ts";
import type { App } from "../pipeline/contract.ts";
import type { SwiftRequest } from "../request.ts";
import { internal } from "./versions-requests.ts";

/** @throws Refusal 412, 500 when the container cannot be listed; a missing one has no objects */
export async function* listingPages(
  request: SwiftRequest,
  next: App,
  source: "VW" | "OV",
  path: string,
  query: Record<string, string>,
): AsyncGenerator<ObjectEntry> {
  for (let marker = ""; ; ) {
    const reply: SwiftReply = await next(
      internal(request, source, { method: "GET", path, query: marker === "" ? query : { ...query, marker } }),
    );
    if (reply.status === 404) return;
    if (!isSuccess(reply.status)) throw refuse(reply.status < 500 ? 412 : 500);
    const entries = (reply.listing ?? []).filter((entry) => entry.kind === "object");
    if (entries.length === 0) return;
    yield* entries;
    marker = entries.at(-1)!.name;
  }
}
