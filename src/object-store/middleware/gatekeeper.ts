// gatekeeper: keeps to the inside what is only for the inside: system metadata and the headers by which middleware
// talk to the proxy. Authority: swift/common/middleware/gatekeeper.py.

import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { isTrue } from "../wire.ts";

const PRIVATE =
  /^x-(account|container|object)-sysmeta-|^x-object-transient-sysmeta-|^x-backend|^x-account-(host|device|partition)$|^x-container-(host|device|partition|root-db-state)$|^x-delete-at-(host|device|partition|container)$/;

export const gatekeeper: BuiltinFilter = {
  name: "gatekeeper",
  factory(next, conf, tools) {
    const shunt = isTrue(confText(conf, "shunt_inbound_x_timestamp", "true"));
    const allowReserved = isTrue(confText(conf, "allow_reserved_names_header", "false"));
    return async function gatekeeperApp(request) {
      const { headers, env } = request;
      for (const name of headers.keys()) {
        if (name.charCodeAt(0) === X && PRIVATE.test(name)) {
          headers.delete(name);
          tools.log.debug(request, `removed request headers: ['${name}']`);
        }
      }
      const timestamp = headers.get("x-timestamp");
      if (timestamp !== undefined && shunt) {
        headers.delete("x-timestamp");
        headers.set("x-backend-inbound-x-timestamp", timestamp);
      }
      const reserved = headers.get("x-allow-reserved-names");
      if (reserved !== undefined && allowReserved) {
        headers.delete("x-allow-reserved-names");
        headers.set("x-backend-allow-reserved-names", reserved);
      }
      const reply = await next(request);
      for (const name in reply.headers) {
        if (name.charCodeAt(0) === X && PRIVATE.test(name)) {
          reply.headers = Object.fromEntries(
            Object.entries(reply.headers).filter(([header]) => !PRIVATE.test(header)),
          );
          break;
        }
      }
      const location = reply.headers["location"];
      if (location !== undefined && env.leaveRelativeLocation) {
        reply.headers["location"] = location.replace(/^[a-z]+:\/\/[^/?#]*/i, "");
      }
      return reply;
    };
  },
};

const X = "x".charCodeAt(0);
