// `POST /volumes/ID/action`: the action is the first name in the body. Authority: cinder/api/openstack/wsgi.py (action_peek).

import { Invalid, NotFound } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import type { Call, Reply } from "../../http/call.ts";
import { checkBody, readJson, type Schema, schemaAt } from "./bodies.ts";

export interface Action {
  name: string;
  /** Rules it may ask. */
  rules: readonly string[];
  /** Second number of the microversion that has it first. */
  since?: number;
  body?: Schema;
  /** @param args what the body says under the action's name */
  handler(call: Call, args: unknown): Reply | Promise<Reply>;
}

/** One route for all actions of a collection. */
export function actionRoute(path: string, actions: readonly Action[]): Route {
  const byName = new Map(actions.map((action) => [action.name, action]));
  return {
    method: "POST",
    path,
    access: { handlerAsks: [...new Set(actions.flatMap(({ rules }) => rules))] },
    async handler(call) {
      const body = await readJson(call);
      if (typeof body !== "object" || body === null || Array.isArray(body)) {
        throw new Invalid("Malformed request body");
      }
      const names = Object.keys(body);
      // Python's action_peek takes the body's only key.
      if (names.length !== 1) throw new Invalid("Malformed request body");
      const name = names[0]!;
      const action = byName.get(name);
      if (!action) {
        throw new Invalid(
          `There is no such action: ${name}. Verify the request body and Content-Type header and try again.`,
        );
      }
      if (call.minor < (action.since ?? 0)) throw new NotFound("The resource could not be found.");
      if (action.body) checkBody(schemaAt(action.body, call.minor), body);
      return action.handler(call, (body as Record<string, unknown>)[name]);
    },
  };
}
