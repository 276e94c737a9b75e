// account-quotas: a reseller administrator limits the bytes of an account.
// Authority: swift/common/middleware/account_quotas.py.

import { answer, type SwiftReply, say } from "../answers.ts";
import type { BuiltinFilter } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { parseInteger } from "../wire.ts";

export const accountQuotas: BuiltinFilter = {
  name: "account_quotas",
  factory(next, _conf, tools) {
    tools.registerInfo("account_quotas", {});
    const concerns = ({ method, entity }: SwiftRequest) =>
      (method === "POST" || method === "PUT") && entity?.account != null;

    async function accountQuotasApp(request: SwiftRequest): Promise<SwiftReply> {
      const { method, env } = request;
      const entity = request.entity!;
      const isAccount = !entity.container;
      const removed = isAccount && request.header("x-remove-account-meta-quota-bytes") !== null;
      const quota = removed ? "0" : isAccount ? request.header("x-account-meta-quota-bytes") : null;
      if (env.resellerRequest) return quota && !/^\d+$/.test(quota) ? answer(400) : next(request);
      if (quota !== null) return answer(403);
      if (method === "POST" || !entity.object) return next(request);
      const info = tools.accountInfo(request);
      const limit = parseInteger(info.meta["quota-bytes"] ?? "-1");
      if (limit === null || limit < 0 || info.bytesUsed + (request.contentLength ?? 0) <= limit)
        return next(request);
      const full = say(413, "Upload exceeds quota.");
      const { authorize } = env;
      if (!authorize) return full;
      // Whoever may not write there at all is told that first.
      env.authorize = (asked) => authorize(asked) ?? full;
      return next(request);
    }
    return when(concerns, accountQuotasApp, next);
  },
};
