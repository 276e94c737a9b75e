// The Image API, version 1: for the labs of 2012 to 2016 (`GLANCE_V1`). Metadata travels in headers, data in bodies.
//
// Ledger (against Glance 14, Ocata, the last that was whole; checked 2026-11-20)
//   Differs on purpose: names and values in headers may be percent-encoded, as clients since 2018 send them. An address
//   is held against the rules of web-download (loopback and link-local are out of bounds), data against its format.
//   Several sources, and a store there is not, are refused before the image is made. `is_public=False` leaves a private
//   or community image what it is. Moments have no fraction, as on MySQL before 2014.
//   Not here: locations in somebody else's object store (`swift+https://user:key@...`).

import type { Route } from "../../../http/api.ts";
import type { Registry } from "../../registry.ts";
import type { LegacyImages } from "../images.ts";
import type { LegacyMembers } from "../members.ts";
import type { FormatLists } from "../meta.ts";
import { legacyImageRoutes } from "./images.ts";
import { legacyMemberRoutes } from "./members.ts";

export interface LegacyApi {
  images: LegacyImages;
  members: LegacyMembers;
  formats: FormatLists;
  limits: { defaultLimit: number; maxLimit: number };
  sizeCapBytes: number;
  /** Null for a cloud without one. @throws PeerUnavailable when it has been stopped */
  registry(): Registry | null;
}

/** What the registry said of a request it had served. */
const SAID: Readonly<Record<string, (id: string) => string>> = {
  "GET /v1/images": () => "Returning image list",
  "GET /v1/images/detail": () => "Returning detailed image list",
  "HEAD /v1/images/:image_id": (id) => `Successfully retrieved image ${id}`,
  "GET /v1/images/:image_id": (id) => `Successfully retrieved image ${id}`,
  "POST /v1/images": () => "Successfully created image",
  "PUT /v1/images/:image_id": (id) => `Updating metadata for image ${id}`,
  "DELETE /v1/images/:image_id": (id) => `Successfully deleted image ${id}`,
  "GET /v1/images/:image_id/members": (id) => `Returning member list for image ${id}`,
  "PUT /v1/images/:image_id/members": (id) => `Successfully updated memberships for image ${id}`,
  "PUT /v1/images/:image_id/members/:member_id": (id) => `Successfully updated a membership for image ${id}`,
  "DELETE /v1/images/:image_id/members/:member_id": (id) =>
    `Successfully deleted a membership from image ${id}`,
};

export function legacyRoutes(api: LegacyApi): Route[] {
  return [...legacyImageRoutes(api), ...legacyMemberRoutes(api)].map((route) => ({
    ...route,
    async handler(call) {
      const registry = api.registry();
      const reply = await route.handler(call);
      const said = SAID[`${route.method} ${route.path}`];
      if (said) registry?.say(call.context, said(call.param("image_id")));
      return reply;
    },
  }));
}
