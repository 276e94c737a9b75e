// container-quotas: an owner limits the bytes and the number of objects of a container.
// Authority: swift/common/middleware/container_quotas.py.

import { type SwiftReply, say } from "../answers.ts";
import type { BuiltinFilter } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";

const DIGITS = /^\d+$/;

export const containerQuotas: BuiltinFilter = {
  name: "container_quotas",
  factory(next, _conf, tools) {
    tools.registerInfo("container_quotas", {});
    const concerns = ({ method, entity }: SwiftRequest) =>
      (method === "PUT" || method === "POST") && entity?.container != null;

    async function containerQuotasApp(request: SwiftRequest): Promise<SwiftReply> {
      const { method, env } = request;
      const entity = request.entity!;
      if (!entity.object) {
        const bytes = request.header("x-container-meta-quota-bytes");
        if (bytes && !DIGITS.test(bytes)) return say(400, "Invalid bytes quota.");
        const count = request.header("x-container-meta-quota-count");
        if (count && !DIGITS.test(count)) return say(400, "Invalid count quota.");
        return next(request);
      }
      if (method !== "PUT") return next(request);
      const info = tools.containerInfo(request);
      const bytes = info.meta["quota-bytes"];
      const count = info.meta["quota-count"];
      const tooLarge =
        bytes !== undefined &&
        DIGITS.test(bytes) &&
        Number(bytes) < info.bytesUsed + (request.contentLength ?? 0);
      const tooMany = count !== undefined && DIGITS.test(count) && Number(count) < info.objectCount + 1;
      if (!info.exists || !(tooLarge || tooMany)) return next(request);
      request.acl = info.writeAcl;
      return env.authorize?.(request) ?? say(413, "Upload exceeds quota.");
    }
    return when(concerns, containerQuotasApp, next);
  },
};
