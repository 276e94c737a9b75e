// `POST /servers/ID/action`: one path, many actions, told apart by the body's only key. Each is described like a route:
// versions, schema, handler, access rule.

import { Invalid, NotFound } from "../../core/errors.ts";
import { parseJson } from "../../core/json.ts";
import { checkBody, type Route, type VersionedSchema } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import type { Nova } from "../nova.ts";
import type { InstanceRow } from "../tables.ts";
import { handlerAsks, targetServer } from "./target.ts";

export interface ServerAction {
  /** The key in the body: `os-start`. */
  name: string;
  /** The policy rule. */
  rule: string;
  since?: number;
  until?: number;
  /** Absent: anything. */
  body?: VersionedSchema;
  /** `args`: the value of the key. */
  handler(call: Call, instance: InstanceRow, args: unknown): Reply | Promise<Reply>;
}

export function actionRoute(nova: Nova, actions: readonly ServerAction[]): Route {
  const byName = new Map(actions.map((action) => [action.name, action]));

  async function runAction(call: Call): Promise<Reply> {
    const body = await readAction(call);
    const [name] = Object.keys(body);
    const action = name === undefined ? undefined : byName.get(name);
    if (!action) throw new Invalid(`There is no such action: ${name}`);
    if (call.minor < (action.since ?? 0) || call.minor > (action.until ?? Number.POSITIVE_INFINITY)) {
      throw new NotFound("The resource could not be found.");
    }
    if (action.body) checkBody(action.body, call.minor, body);
    const instance = targetServer(nova, call, action.rule);
    return action.handler(call, instance, body[action.name]);
  }

  return {
    method: "POST",
    path: "/servers/:id/action",
    handler: runAction,
    access: handlerAsks(...new Set(actions.map((action) => action.rule))),
  };
}

/** An object with one key. */
async function readAction(call: Call): Promise<Record<string, unknown>> {
  let body: unknown;
  try {
    body = parseJson(await call.bodyText());
  } catch {
    throw new Invalid("Malformed request body");
  }
  if (typeof body !== "object" || body === null || Array.isArray(body) || Object.keys(body).length !== 1) {
    throw new Invalid("Malformed request body");
  }
  return body as Record<string, unknown>;
}
