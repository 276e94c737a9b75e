// s3token: asks the identity service whose key pair an S3 request was signed with (`openstack ec2 credentials create`),
// and puts the project's account into the path. Authority: swift/common/middleware/s3api/s3token.py.

import { identityPublic } from "../../identity/public.ts";
import { type SwiftReply, say } from "../answers.ts";
import { type BuiltinFilter, confText } from "../pipeline/contract.ts";
import { when } from "../pipeline/guarded.ts";
import type { SwiftRequest } from "../request.ts";
import { isTrue } from "../wire.ts";
import { resellerPrefixes } from "./reseller-prefixes.ts";

export const s3token: BuiltinFilter = {
  name: "s3token",
  factory(next, conf, tools) {
    const { peers } = tools.platform.service;
    const [prefix = ""] = resellerPrefixes(conf);
    const delay = isTrue(confText(conf, "delay_auth_decision", "false"));

    async function s3tokenApp(request: SwiftRequest): Promise<SwiftReply> {
      const { env } = request;
      const s3 = env.s3!;
      if (s3.account !== null) {
        env.identity = s3.identity;
        return next(request);
      }
      const identity = peers.find(identityPublic);
      if (!identity) return say(503, "The Keystone service is temporarily unavailable.", "text/plain");
      const holder = identity.ec2Holder(s3.accessKey, (secret) => s3.check(secret));
      if (holder?.projectId) {
        s3.account = prefix + holder.projectId;
        s3.userId = `${holder.projectName}:${holder.userName}`;
        s3.identity = holder;
        env.identity = holder;
        return next(atAccount(request, s3.account));
      }
      tools.log.debug(request, "Received error response for S3 credentials");
      if (delay) return next(request);
      return say(401, DENIED, "text/xml");
    }
    return when(({ env }) => env.s3 !== null, s3tokenApp, next);
  },
};

const DENIED =
  '<?xml version="1.0" encoding="UTF-8"?>\r\n<Error>\r\n  <Code>AccessDenied</Code>\r\n  <Message>Access denied</Message>\r\n</Error>\r\n';

/** The access key in the path makes room for the account. */
export function atAccount(request: SwiftRequest, account: string): SwiftRequest {
  const { entity } = request;
  if (!entity) return request;
  const parts = ["", entity.version, account, entity.container, entity.object];
  request.path = parts.filter((part) => part !== null).join("/");
  return request;
}
