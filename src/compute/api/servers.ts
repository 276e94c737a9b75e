// /servers

import { Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import { shortestIpv6 } from "../names.ts";
import type { Nova } from "../nova.ts";
import { deleteServer } from "../servers/delete.ts";
import { type ServerUpdate, updateServer } from "../servers/metadata.ts";
import { linkBase, nextLink } from "./links.ts";
import { ListCache } from "./list-cache.ts";
import { limitOf, serverQuery } from "./server-queries.ts";
import { listServersQuery } from "./server-query-schema.ts";
import * as schemas from "./server-schemas.ts";
import { basicView, factsOf, serverView, visibilityOf } from "./server-views.ts";
import { createServer } from "./servers-create.ts";
import { handlerAsks, serversRule, targetServer } from "./target.ts";

export function serverRoutes(nova: Nova): Route[] {
  const answers = new ListCache(nova);

  function listServers(call: Call): Reply {
    const query = serverQuery(nova, call, "index");
    return listReply(
      answers.body(call, null, () => {
        const rows = query ? nova.servers.list(query) : [];
        const base = linkBase(call);
        return { servers: rows.map((row) => basicView(base, row)), ...next(call, "servers", rows) };
      }),
    );
  }

  function listServersDetail(call: Call): Reply {
    const query = serverQuery(nova, call, "detail");
    const visible = visibilityOf(call);
    return listReply(
      answers.body(call, visible, () => {
        const rows = query ? nova.servers.list(query) : [];
        const servers = factsOf(nova, rows).map((facts) => serverView(nova, call, facts, visible));
        return { servers, ...next(call, "servers/detail", rows) };
      }),
    );
  }

  const listReply = (body: Uint8Array): Reply => ({
    status: 200,
    headers: { "content-type": "application/json" },
    body,
  });

  function next(call: Call, path: string, rows: readonly { uuid: string }[]) {
    const ids = rows.map(({ uuid }) => uuid);
    return nextLink(call, "servers", path, limitOf(nova, call), ids);
  }

  const create = (call: Call) => createServer(nova, call);

  function showServer(call: Call): Reply {
    const instance = targetServer(nova, call, serversRule("show"));
    const [facts] = factsOf(nova, [instance]);
    const visible = visibilityOf(call, instance);
    return json(200, { server: serverView(nova, call, facts!, visible, { serverGroups: true }) });
  }

  function update(call: Call): Reply {
    const instance = targetServer(nova, call, serversRule("update"));
    const { server } = call.body as { server: Record<string, string | null> };
    const wanted: ServerUpdate = {};
    if (server["name"] !== undefined) wanted.name = String(server["name"]).trim();
    if (server["description"] !== undefined) wanted.description = server["description"];
    if (server["hostname"] !== undefined) wanted.hostname = String(server["hostname"]);
    if (server["accessIPv4"] !== undefined) wanted.accessIPv4 = String(server["accessIPv4"]);
    if (server["accessIPv6"] !== undefined) wanted.accessIPv6 = shortestIpv6(String(server["accessIPv6"]));
    if (server["OS-DCF:diskConfig"] !== undefined) {
      wanted.diskConfig = server["OS-DCF:diskConfig"] === "AUTO";
    }
    if (wanted.name === "") throw new Invalid("Server name is empty");
    const [facts] = factsOf(nova, [updateServer(nova, instance, wanted)]);
    const brief = call.minor < 75;
    const visible = visibilityOf(call, instance);
    return json(200, { server: serverView(nova, call, facts!, visible, { brief, serverGroups: true }) });
  }

  async function remove(call: Call): Promise<Reply> {
    const instance = targetServer(nova, call, serversRule("delete"));
    await deleteServer(nova, call.context, instance, { force: false });
    return empty(204);
  }

  return [
    {
      method: "GET",
      path: "/servers",
      handler: listServers,
      access: serversRule("index"),
      query: listServersQuery,
    },
    {
      method: "GET",
      path: "/servers/detail",
      handler: listServersDetail,
      access: serversRule("detail"),
      query: listServersQuery,
    },
    {
      method: "POST",
      path: "/servers",
      handler: create,
      access: handlerAsks(
        serversRule("create"),
        serversRule("create:forced_host"),
        "compute:servers:create:requested_destination",
        serversRule("create:attach_volume"),
        serversRule("create:attach_network"),
        serversRule("create:trusted_certs"),
        serversRule("create:zero_disk_flavor"),
      ),
      body: schemas.createServer,
    },
    { method: "GET", path: "/servers/:id", handler: showServer, access: handlerAsks(serversRule("show")) },
    {
      method: "PUT",
      path: "/servers/:id",
      handler: update,
      access: handlerAsks(serversRule("update")),
      body: schemas.updateServer,
    },
    { method: "DELETE", path: "/servers/:id", handler: remove, access: handlerAsks(serversRule("delete")) },
  ];
}
