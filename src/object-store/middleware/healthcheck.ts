// healthcheck: `GET /healthcheck` says OK, or 503 while a file named in the configuration exists.
// Authority: swift/common/middleware/healthcheck.py.

import { existsSync } from "node:fs";
import { type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";

export const healthcheck: BuiltinFilter = {
  name: "healthcheck",
  factory(next, conf) {
    const disablePath = confText(conf, "disable_path");
    async function healthcheckApp(): Promise<SwiftReply> {
      if (disablePath !== "" && existsSync(disablePath)) return say(503, "DISABLED BY FILE", "text/plain");
      return say(200, "OK", "text/plain");
    }
    return when(({ path }) => path === "/healthcheck", healthcheckApp, next);
  },
};
