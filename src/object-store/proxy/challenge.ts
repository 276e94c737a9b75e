// `WWW-Authenticate` of a 401. Authority: swift/common/swob.py, Response.www_authenticate.

import type { SwiftRequest } from "../request.ts";
import { quote } from "../wire.ts";

export function challenge(request: SwiftRequest): Record<string, string> {
  const account = request.split(2, 3, true)?.[1];
  const realm = account && account !== "v1.0" && account !== "auth" ? account : "unknown";
  return { "www-authenticate": `Swift realm="${quote(realm)}"` };
}
