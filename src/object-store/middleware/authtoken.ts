// authtoken: finds out who asks from X-Auth-Token, and for whom from X-Service-Token, by asking the identity service. It never refuses by itself
// (`delay_auth_decision`): what stands behind it decides, because a container may be public.
// Authority: keystonemiddleware/auth_token.

import { tokenValidator } from "../../http/auth.ts";
import { say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { isTrue } from "../wire.ts";

export const authtoken: BuiltinFilter = {
  name: "authtoken",
  factory(next, conf, tools) {
    const { peers, endpoints } = tools.platform.service;
    const delay = isTrue(confText(conf, "delay_auth_decision", "true"));
    const challenge = () => `Keystone uri="${endpoints.base("key") ?? ""}"`;
    const refusal = () =>
      say(401, "Authentication required", "text/html; charset=UTF-8", { "www-authenticate": challenge() });
    return async function authtokenApp(request) {
      const { env } = request;
      // `s3token` has found out by the signature.
      if (env.s3?.identity) return next(request);
      const token = request.header("x-auth-token");
      const serviceToken = request.header("x-service-token");
      env.identity = null;
      env.serviceRoles = [];
      env.invalidToken = false;
      if (token || serviceToken) {
        const validator = peers.find(tokenValidator);
        if (!validator) return say(503, "The Keystone service is temporarily unavailable.", "text/plain");
        if (token) env.identity = validator.validate(token);
        env.invalidToken = Boolean(token) && env.identity === null;
        if (serviceToken) {
          const service = validator.validate(serviceToken);
          if (!service && !delay) return refusal();
          env.serviceRoles = service?.roles.map((role) => role.toLowerCase()) ?? [];
        }
      }
      if (!env.identity) {
        if (delay) tools.log.debug(request, "Invalid user token - deferring reject downstream");
        else tools.log.info(request, "Invalid user token - rejecting request");
      }
      if (!delay && !env.identity) {
        return refusal();
      }
      const reply = await next(request);
      if (reply.status === 401) {
        const other = reply.headers["www-authenticate"];
        reply.headers["www-authenticate"] = other === undefined ? challenge() : `${other}, ${challenge()}`;
      }
      return reply;
    };
  },
};
