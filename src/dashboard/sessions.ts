// The session: the browser keeps the token in a cookie that no script can read and only this cloud can open (AES-256-GCM,
// a key kept with the cloud's secrets). Nothing is kept on this side, so a session outlives a restart, and ends with its
// token: signing out revokes it.

import { createCipheriv, createDecipheriv, createHash, randomBytes } from "node:crypto";

const IV_BYTES = 12;
const TAG_BYTES = 16;

export class Sessions {
  /** Browsers do not tell ports apart: clouds side by side on one machine need names of their own. */
  readonly cookieName: string;
  #key: Buffer;
  #path: string;

  /** @param path below which the browser sends the cookie */
  constructor(secret: string, path: string) {
    this.#key = digest(`session key ${secret}`);
    this.#path = path;
    this.cookieName = `horizon_${digest(`session name ${secret}`).toString("hex").slice(0, 8)}`;
  }

  /** The value of `Set-Cookie` that begins or renews a session. */
  begin(token: string, secure: boolean): string {
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv("aes-256-gcm", this.#key, iv);
    const sealed = Buffer.concat([iv, cipher.update(token, "utf8"), cipher.final(), cipher.getAuthTag()]);
    return this.#cookie(sealed.toString("base64url"), secure);
  }

  /** The value of `Set-Cookie` that makes the browser forget. */
  end(secure: boolean): string {
    return `${this.#cookie("", secure)}; Max-Age=0`;
  }

  /** The token of a request's `Cookie` header; null when there is none or it was not sealed here. */
  token(header: string | null): string | null {
    const prefix = `${this.cookieName}=`;
    const pair = header?.split(/;\s*/).find((text) => text.startsWith(prefix));
    return pair === undefined ? null : this.#open(Buffer.from(pair.slice(prefix.length), "base64url"));
  }

  #open(sealed: Buffer): string | null {
    if (sealed.length <= IV_BYTES + TAG_BYTES) return null;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, sealed.subarray(0, IV_BYTES), {
      authTagLength: TAG_BYTES,
    });
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES));
    try {
      const body = sealed.subarray(IV_BYTES, -TAG_BYTES);
      return decipher.update(body, undefined, "utf8") + decipher.final("utf8");
    } catch {
      return null; // of another cloud, or forged
    }
  }

  #cookie(value: string, secure: boolean): string {
    const attributes = `Path=${this.#path}; HttpOnly; SameSite=Strict`;
    return `${this.cookieName}=${value}; ${attributes}${secure ? "; Secure" : ""}`;
  }
}

function digest(text: string): Buffer {
  return createHash("sha256").update(text).digest();
}
