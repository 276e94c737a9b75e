// What `s3api` says of a signed request, and what `s3token` or `tempauth` find out about it. It is the same for all
// requests that one S3 request is made of.

import type { TokenFacts } from "../../http/auth.ts";

export interface S3Auth {
  readonly accessKey: string;
  /** Was the request signed with this secret? The key it was signed with is remembered, for the chunks of its body. */
  check(secret: string): boolean;
  /** The account it is for: `AUTH_...`. Null until somebody has vouched for the signature. */
  account: string | null;
  /** Owner in listings. */
  userId: string;
  /** Who has signed, where the identity service knows them. */
  identity: TokenFacts | null;
}
