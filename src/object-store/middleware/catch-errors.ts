// catch_errors: gives every request its transaction id, and answers for what nothing else has caught.
// Authority: swift/common/middleware/catch_errors.py.

import { Refusal, say } from "../answers.ts";
import { listingJson } from "../listing.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { quote } from "../wire.ts";

export const catchErrors: BuiltinFilter = {
  name: "catch_errors",
  factory(next, conf, tools) {
    const suffix = confText(conf, "trans_id_suffix");
    return async function catchErrorsApp(request) {
      const { env } = request;
      const extra = request.header("x-trans-id-extra");
      env.transId ||= transactionId(
        tools.ids.hex(),
        env.startedMs,
        suffix + (extra ? `-${extra.slice(0, 32)}` : ""),
      );
      const reply = await next(request).catch((error: unknown) => {
        if (error instanceof Refusal) return error.reply;
        tools.log.error(request, "Error: An error occurred", error);
        return say(500, "An error occurred", "text/plain");
      });
      if (reply.listing && reply.body === null && reply.status === 200 && request.method === "GET") {
        // No `listing_formats` saw what it was: its path was other then (domain_remap).
        reply.body = listingJson(reply.listing);
      }
      reply.headers["x-trans-id"] = env.transId;
      reply.headers["x-openstack-request-id"] = env.transId;
      return reply;
    };
  },
};

/** swift.common.utils.generate_trans_id */
function transactionId(hex: string, nowMs: number, suffix: string): string {
  const seconds = Math.floor(nowMs / 1000);
  return `tx${hex.slice(0, 21)}-${seconds.toString(16).padStart(10, "0")}${quote(suffix)}`;
}
