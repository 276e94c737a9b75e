// /v2/images/ID/members

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { readJsonBody, refuseBody } from "./bodies.ts";
import type { ImageApi } from "./parts.ts";
import { memberView } from "./views.ts";

export function memberRoutes({ members }: ImageApi): Route[] {
  function listMembers(call: Call): Reply {
    refuseBody(call);
    const rows = members.list(call, call.param("image_id"));
    return json(200, { members: rows.map(memberView), schema: "/v2/schemas/members" });
  }

  async function createMember(call: Call): Promise<Reply> {
    const body = await readJsonBody(call);
    if (Array.isArray(body)) throw new Invalid('Expected a member in the form: {"member": "image_id"}');
    const { member } = body as { member?: unknown };
    if (member === undefined) throw new Invalid("Member to be added not specified");
    if (!member) throw new Invalid("Member can't be empty");
    if (typeof member !== "string")
      throw new Invalid('Expected a member in the form: {"member": "image_id"}');
    return json(200, memberView(members.add(call, call.param("image_id"), member)));
  }

  function showMember(call: Call): Reply {
    refuseBody(call);
    return json(200, memberView(members.show(call, call.param("image_id"), call.param("member_id"))));
  }

  async function updateMember(call: Call): Promise<Reply> {
    const body = await readJsonBody(call);
    if (Array.isArray(body)) throw new Invalid('Expected a status in the form: {"status": "status"}');
    const { status } = body as { status?: unknown };
    if (status === undefined) throw new Invalid("Status not specified");
    const row = members.setStatus(call, call.param("image_id"), call.param("member_id"), status);
    return json(200, memberView(row));
  }

  function deleteMember(call: Call): Reply {
    refuseBody(call);
    members.remove(call, call.param("image_id"), call.param("member_id"));
    return empty(204);
  }

  const all = "/v2/images/:image_id/members";
  const one = `${all}/:member_id`;
  return [
    {
      method: "GET",
      path: all,
      handler: listMembers,
      access: { handlerAsks: ["get_members", "get_member"] },
    },
    { method: "POST", path: all, handler: createMember, access: { handlerAsks: ["add_member"] } },
    { method: "GET", path: one, handler: showMember, access: { handlerAsks: ["get_member"] } },
    { method: "PUT", path: one, handler: updateMember, access: { handlerAsks: ["modify_member"] } },
    { method: "DELETE", path: one, handler: deleteMember, access: { handlerAsks: ["delete_member"] } },
  ];
}
