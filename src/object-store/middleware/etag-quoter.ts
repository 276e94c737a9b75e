// etag-quoter: ETags of objects in quotes, as RFC 7232 has them, where the account or the container asks for it with
// X-Account-Rfc-Compliant-Etags or X-Container-Rfc-Compliant-Etags. Authority: swift/common/middleware/etag_quoter.py.

import type { SwiftReply } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { isTrue } from "../wire.ts";

const FLAG = "rfc-compliant-etags";

export const etagQuoter: BuiltinFilter = {
  name: "etag_quoter",
  factory(next, conf, tools) {
    const byDefault = isTrue(confText(conf, "enable_by_default", "false"));
    tools.registerInfo("etag_quoter", { enable_by_default: byDefault });
    const concerns = ({ entity }: SwiftRequest) =>
      entity?.account != null && /^v1(\.0)?$/.test(entity.version);

    async function setting(request: SwiftRequest): Promise<SwiftReply> {
      const kind = request.entity!.container ? "container" : "account";
      const [shown, kept] = [`x-${kind}-${FLAG}`, `x-${kind}-sysmeta-${FLAG}`];
      const wanted = request.header(shown);
      if (wanted !== null) request.headers.set(kept, wanted === "" ? "" : isTrue(wanted) ? "True" : "False");
      if (request.header(`x-remove-${kind}-${FLAG}`)) request.headers.set(kept, "");
      const reply = await next(request);
      const value = reply.headers[kept];
      if (value !== undefined) reply.headers[shown] = value;
      return reply;
    }

    async function etagQuoterApp(request: SwiftRequest): Promise<SwiftReply> {
      if (!request.entity!.object) return setting(request);
      const container = tools.containerInfo(request);
      const flag = container.sysmeta[FLAG] ?? tools.accountInfo(request).sysmeta[FLAG];
      const reply = await next(request);
      if (!container.exists || !(flag === undefined ? byDefault : isTrue(flag))) return reply;
      const etag = reply.headers["etag"];
      if (etag !== undefined && !/^(W\/)?".*"$/.test(etag)) reply.headers["etag"] = `"${etag}"`;
      return reply;
    }
    return when(concerns, etagQuoterApp, next);
  },
};
