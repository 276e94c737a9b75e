// What every route about one server begins with.

import type { Call } from "../../http/call.ts";
import type { Nova } from "../nova.ts";
import { findInstance } from "../servers/access.ts";
import type { InstanceRow } from "../tables.ts";

/** The server named in the path, if the caller may do this to it. @throws InstanceNotFound, PolicyNotAuthorized */
export function targetServer(nova: Nova, call: Call, rule: string, parameter = "id"): InstanceRow {
  const instance = findInstance(nova, call.context, call.param(parameter));
  call.enforce(rule, { project_id: instance.project_id, user_id: instance.user_id });
  return instance;
}

/** `os_compute_api:servers:NAME` */
export const serversRule = (name: string) => `os_compute_api:servers:${name}`;

export const handlerAsks = (...rules: string[]) => ({ handlerAsks: rules });
