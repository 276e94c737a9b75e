// What the tests of the S3 API share: requests signed as Amazon's version 4 wants it, and what is read from the answers.

import { createHash, createHmac } from "node:crypto";
import type { FakeClock } from "../../core/clock.ts";
import type { Asked, Got, Swift } from "../testing.ts";

const HOST = "127.0.0.1";

export type S3Ask = (method: string, target: string, asked?: Asked & { payload?: string }) => Promise<Got>;

/** @param nobody sends what is signed here */
export function signedAs(nobody: Swift, access: string, secret: string, clock: FakeClock): S3Ask {
  return (method, target, { headers = {}, body, payload } = {}) => {
    const hash =
      payload ??
      createHash("sha256")
        .update(body ?? "")
        .digest("hex");
    const all: Record<string, string> = {
      ...headers,
      host: HOST,
      "x-amz-date": amzDate(clock),
      "x-amz-content-sha256": hash,
    };
    const names = Object.keys(all).sort();
    const { signature, scope } = sign(secret, clock, [
      method,
      target.split("?")[0]!,
      canonicalQuery(target),
      ...names.map((name) => `${name}:${all[name]}`),
      "",
      names.join(";"),
      hash,
    ]);
    all["authorization"] =
      `AWS4-HMAC-SHA256 Credential=${access}/${scope},SignedHeaders=${names.join(";")},Signature=${signature}`;
    return nobody.raw(method, target, { headers: all, ...(body === undefined ? {} : { body }) });
  };
}

export const amzDate = (clock: FakeClock) =>
  `${new Date(clock.now()).toISOString().slice(0, 19).replace(/[-:]/g, "")}Z`;
export const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
export const signingKey = (secret: string, scope: string) =>
  scope.split("/").reduce((key: Buffer, part) => hmac(key, part), Buffer.from(`AWS4${secret}`));

export function sign(
  secret: string,
  clock: FakeClock,
  canonical: string[],
): { signature: string; scope: string } {
  const scope = `${amzDate(clock).slice(0, 8)}/us-east-1/s3/aws4_request`;
  const hash = createHash("sha256").update(canonical.join("\n")).digest("hex");
  const text = ["AWS4-HMAC-SHA256", amzDate(clock), scope, hash].join("\n");
  return { signature: hmac(signingKey(secret, scope), text).toString("hex"), scope };
}

export function canonicalQuery(target: string): string {
  const query = target.split("?")[1] ?? "";
  return query
    .split("&")
    .filter((pair) => pair !== "")
    .map((pair) => (pair.includes("=") ? pair : `${pair}=`))
    .sort()
    .join("&");
}

export const code = (got: Got) => /<Code>(\w+)<\/Code>/.exec(got.text)?.[1] ?? String(got.status);
export const element = (got: Got, name: string) =>
  new RegExp(`<${name}>([^<]*)</${name}>`).exec(got.text)?.[1];
