// /v1/images/ID/members and /v1/shared-images

import { Invalid } from "../../../core/errors.ts";
import type { Route } from "../../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../../http/call.ts";
import { readJsonBody } from "../../api/bodies.ts";
import type { Membership } from "../members.ts";
import type { LegacyApi } from "./index.ts";

export function legacyMemberRoutes({ members }: LegacyApi): Route[] {
  function listMembers(call: Call): Reply {
    const rows = members.list(call, call.param("image_id"));
    return json(200, { members: rows.map((row) => ({ member_id: row.member, can_share: row.can_share })) });
  }

  async function replaceMembers(call: Call): Promise<Reply> {
    const body = (await readJsonBody(call)) as Record<string, unknown>;
    const wanted = body["memberships"];
    if (!Array.isArray(wanted)) throw new Invalid("Invalid membership association: 'memberships'");
    members.replace(call, call.param("image_id"), wanted.map(membershipOf));
    return empty(204);
  }

  async function setMember(call: Call): Promise<Reply> {
    const canShare = call.hasBody ? canShareOf(await readJsonBody(call)) : null;
    members.set(call, call.param("image_id"), { memberId: call.param("member_id"), canShare });
    return empty(204);
  }

  function removeMember(call: Call): Reply {
    members.remove(call, call.param("image_id"), call.param("member_id"));
    return empty(204);
  }

  function listSharedImages(call: Call): Reply {
    const rows = members.sharedWith(call, call.param("member_id"));
    const shared = rows.map((row) => ({ image_id: row.image_id, can_share: row.can_share }));
    return json(200, { shared_images: shared });
  }

  return [
    {
      method: "GET",
      path: "/v1/images/:image_id/members",
      handler: listMembers,
      access: { handlerAsks: ["get_members"] },
    },
    {
      method: "PUT",
      path: "/v1/images/:image_id/members",
      handler: replaceMembers,
      access: { handlerAsks: ["modify_member"] },
    },
    {
      method: "PUT",
      path: "/v1/images/:image_id/members/:member_id",
      handler: setMember,
      access: { handlerAsks: ["modify_member"] },
    },
    {
      method: "DELETE",
      path: "/v1/images/:image_id/members/:member_id",
      handler: removeMember,
      access: { handlerAsks: ["delete_member"] },
    },
    {
      method: "GET",
      path: "/v1/shared-images/:member_id",
      handler: listSharedImages,
      access: { handlerAsks: ["get_members"] },
    },
  ];
}

/** @throws Invalid */
function membershipOf(entry: unknown): Membership {
  const { member_id: memberId, can_share } = (entry ?? {}) as Record<string, unknown>;
  if (typeof memberId !== "string" || memberId === "") {
    throw new Invalid("Invalid membership association: 'member_id'");
  }
  return { memberId, canShare: can_share === undefined ? null : Boolean(can_share) };
}

/** @throws Invalid */
function canShareOf(body: unknown): boolean | null {
  const member = (body as Record<string, unknown>)["member"];
  if (typeof member !== "object" || member === null || !("can_share" in member)) return null;
  return Boolean((member as Record<string, unknown>)["can_share"]);
}
