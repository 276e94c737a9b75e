// /v3/ec2tokens and /v3/s3tokens: the EC2 and S3 services have a signature checked here and get a token for it.

import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { checkEc2Signature, checkS3Signature } from "../ec2-signature.ts";
import { AuthenticationFailed, ValidationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";
import type { IssuedToken } from "../tokens/provider.ts";
import { signedRequest } from "./schemas.ts";
import { tokenView } from "./views.ts";

interface SentCredentials {
  access?: string;
  signature?: string;
  host?: string;
  verb?: string;
  path?: string;
  token?: string;
  body_hash?: string;
  params?: Record<string, string | number | boolean>;
  headers?: Record<string, string>;
}

/** @throws ValidationFailed, AuthenticationFailed */
export function issueForEc2({ ec2Tokens }: Identity, body: unknown): IssuedToken {
  const sent = sentCredentials(body);
  const params = Object.fromEntries(
    Object.entries(sent.params ?? {}).map(([name, value]) => [name, String(value)]),
  );
  const headers = sent.headers ?? {};
  const check = (secret: string) =>
    checkEc2Signature(
      {
        access: sent.access ?? "",
        signature: sent.signature ?? "",
        verb: sent.verb ?? "",
        host: sent.host ?? "",
        path: sent.path ?? "",
        params,
        headers,
        bodyHash: sent.body_hash ?? "",
      },
      secret,
    );
  const timestamp = params["Timestamp"] ?? headers["X-Amz-Date"] ?? params["X-Amz-Date"];
  return ec2Tokens.issue(sent.access ?? "", check, timestamp);
}

export function ec2TokenRoutes(identity: Identity): Route[] {
  const { ec2Tokens, catalog } = identity;

  function createForEc2(call: Call): Reply {
    const { token, view } = issueForEc2(identity, call.body);
    return json(200, tokenView(view, catalog.forProject(view.project?.id ?? null, view.user.id)), {
      "x-subject-token": token,
    });
  }

  function createForS3(call: Call): Reply {
    const { access = "", token = "", signature = "" } = sentCredentials(call.body);
    const { view } = ec2Tokens.issue(
      access,
      (secret) => checkS3Signature(token, signature, secret),
      undefined,
    );
    return json(200, tokenView(view, catalog.forProject(view.project?.id ?? null, view.user.id)));
  }

  return [
    {
      method: "POST",
      path: "/v3/ec2tokens",
      handler: createForEc2,
      access: "identity:ec2tokens_validate",
      body: signedRequest,
    },
    {
      method: "POST",
      path: "/v3/s3tokens",
      handler: createForS3,
      access: "identity:s3tokens_validate",
      body: signedRequest,
    },
  ];
}

function sentCredentials(body: unknown): SentCredentials {
  const wrapped = body as Record<string, SentCredentials | undefined>;
  if (Object.keys(wrapped).length === 0) throw new ValidationFailed("request must include a request body");
  const sent = wrapped["credentials"] ?? wrapped["credential"] ?? wrapped["ec2Credentials"] ?? {};
  if (sent.access === undefined) throw new AuthenticationFailed("EC2 Signature not supplied");
  return sent;
}
