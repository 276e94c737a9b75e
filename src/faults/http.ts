// A service whose requests can be made to fail: answered with 500, late, or by a connection that ends.

import { ALREADY_SENT } from "../http/send.ts";
import type { FetchApp } from "../http/server.ts";
import type { FaultSeam } from "./book.ts";

export function faultyApp(app: FetchApp, window: string, faults: FaultSeam): FetchApp {
  return {
    ...(app.upgrade ? { upgrade: (request) => app.upgrade?.(request) } : {}),
    async fetch(request, env) {
      if (await faults.pass(`http.${window}`)) return app.fetch(request, env);
      env?.outgoing?.destroy();
      return ALREADY_SENT;
    },
  };
}
