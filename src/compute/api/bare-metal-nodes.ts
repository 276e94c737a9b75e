// os-baremetal-nodes, which asks the bare metal service where there is one. There is none here. Authority:
// nova/api/openstack/compute/baremetal_nodes.py of Zed.

import { CloudError, Invalid } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import { handlerAsks } from "./target.ts";

/** MAX_PROXY_API_SUPPORT_VERSION */
const LAST = 35;
const LIST = "os_compute_api:os-baremetal-nodes:list";
const SHOW = "os_compute_api:os-baremetal-nodes:show";

export function bareMetalNodeRoutes(): Route[] {
  const asking =
    (rule: string) =>
    (call: Call): Reply => {
      call.enforce(rule, {});
      throw new CloudError("not-implemented", "The requested functionality is not supported.");
    };
  const refusing = (command: string) => (): Reply => {
    throw new Invalid(`Command Not supported. Please use Ironic command ${command} to perform this action.`);
  };
  async function nodeAction(call: Call): Promise<Reply> {
    const text = await call.bodyText();
    return refusing(text.includes("remove_interface") ? "port-delete" : "port-create")();
  }
  const path = "/os-baremetal-nodes";
  const nobody = { handlerAsks: [] };
  return [
    { method: "GET", path, handler: asking(LIST), access: handlerAsks(LIST), until: LAST },
    { method: "GET", path: `${path}/:id`, handler: asking(SHOW), access: handlerAsks(SHOW), until: LAST },
    { method: "POST", path, handler: refusing("node-create"), access: nobody, until: LAST },
    { method: "DELETE", path: `${path}/:id`, handler: refusing("node-delete"), access: nobody, until: LAST },
    { method: "POST", path: `${path}/:id/action`, handler: nodeAction, access: nobody, until: LAST },
  ];
}
