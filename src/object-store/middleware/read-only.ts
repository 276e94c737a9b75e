// read_only: no writes, to any account or to some. Authority: swift/common/middleware/read_only.py.

import { say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { isTrue } from "../wire.ts";

export const readOnly: BuiltinFilter = {
  name: "read_only",
  factory(next, conf, tools) {
    const forAll = isTrue(confText(conf, "read_only"));
    const writes = new Set(["COPY", "POST", "PUT"]);
    if (!isTrue(confText(conf, "allow_deletes"))) writes.add("DELETE");
    if (forAll) tools.registerInfo("read_only", {});
    const { containers } = tools.platform;

    function isReadOnly(account: string): boolean {
      const own = containers.account(account)?.metadata["x-account-sysmeta-read-only"];
      return own ? isTrue(own) : forAll;
    }

    return function readOnlyApp(request) {
      const { entity, method } = request;
      if (!writes.has(method) || !entity?.account || !/^v1(\.0)?$/.test(entity.version)) return next(request);
      const account = (method === "COPY" && request.header("destination-account")) || entity.account;
      return isReadOnly(account)
        ? Promise.resolve(say(405, "Writes are disabled for this account."))
        : next(request);
    };
  },
};
