// crossdomain: `/crossdomain.xml`, which lets Flash programs of other sites in.
// Authority: swift/common/middleware/crossdomain.py.

import { say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";

export const crossdomain: BuiltinFilter = {
  name: "crossdomain",
  factory(next, conf, tools) {
    tools.registerInfo("crossdomain", {});
    const policy = confText(conf, "cross_domain_policy", '<allow-access-from domain="*" secure="false" />');
    const body = `<?xml version="1.0"?>\n<!DOCTYPE cross-domain-policy SYSTEM "http://www.adobe.com/xml/dtds/cross-domain-policy.dtd" >\n<cross-domain-policy>\n${policy}\n</cross-domain-policy>`;
    return when(
      ({ path, method }) => path === "/crossdomain.xml" && method === "GET",
      async () => say(200, body, "application/xml"),
      next,
    );
  },
};
