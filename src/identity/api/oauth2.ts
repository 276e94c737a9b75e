// /v3/OS-OAUTH2: a token for an application credential, asked for as OAuth 2.0 does (RFC 6749, 4.4: client credentials).
// Authority: keystone/api/os_oauth2.py and keystone/oauth2/handlers.py.

import { CloudError, messageOf } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import { reasonOf, statusOf } from "../../http/status.ts";
import { AuthenticationFailed } from "../errors.ts";
import type { Identity } from "../manager.ts";

export function oauth2Routes({ authentication, tokens }: Identity): Route[] {
  async function createToken(call: Call): Promise<Reply> {
    const client = basicCredentials(call.header("authorization"));
    if (typeof client === "string") return refusal(call, 401, "invalid_client", client);
    const grant = new URLSearchParams(await call.bodyText()).get("grant_type");
    if (grant === null) return refusal(call, 400, "invalid_request", "The parameter grant_type is required.");
    if (grant !== "client_credentials") {
      const text = `The parameter grant_type ${grant} is not supported.`;
      return refusal(call, 400, "unsupported_grant_type", text);
    }
    try {
      const { token } = await authentication.authenticate(call.context, {
        methods: ["application_credential"],
        data: { application_credential: client },
        scope: undefined,
        signed: () => {
          throw new AuthenticationFailed("this is not OAuth 1");
        },
        receipt: null,
      });
      return json(200, { access_token: token, token_type: "Bearer", expires_in: tokens.expirationSeconds });
    } catch (error) {
      if (!(error instanceof CloudError)) throw error;
      const status = statusOf(error);
      const kind = status === 401 ? "invalid_client" : status === 400 ? "invalid_request" : "other_error";
      const text =
        kind === "other_error"
          ? "An unknown error occurred and failed to get an OAuth2.0 access token."
          : messageOf(error);
      return refusal(call, status, kind, text);
    }
  }

  return [{ method: "POST", path: "/v3/OS-OAUTH2/token", handler: createToken, access: "public" }];
}

function refusal(call: Call, status: number, error: string, text: string): Reply {
  const headers: Record<string, string> =
    status === 401 ? { "www-authenticate": `Keystone uri="${call.baseUrl}/v3"` } : {};
  return { ...json(status, { error, error_description: text }, headers), reason: reasonOf(status) };
}

/** The client's id and secret, or why there is none. */
function basicCredentials(header: string | null): { id: string; secret: string } | string {
  if (!header) return "OAuth2.0 client authorization is required.";
  const [kind = "", value = ""] = header.split(/\s+/, 2);
  if (kind.toLowerCase() !== "basic") {
    return `OAuth2.0 client authorization type ${kind.toLowerCase()} is not supported.`;
  }
  const [, id, secret] = /^([^:]*):(.*)$/s.exec(Buffer.from(value, "base64").toString("utf8")) ?? [];
  return id && secret ? { id, secret } : "OAuth2.0 client authorization is invalid.";
}
