// os-certificates, for clouds whose ceiling is of that time. Authority: nova/api/openstack/compute/certificates.py of
// Newton.

import { CloudError } from "../../core/errors.ts";
import type { Route } from "../../http/api.ts";
import { type Call, json, type Reply } from "../../http/call.ts";
import type { CertificateAuthority } from "../certificates.ts";

/** Newton's own rules let everybody with a token; Zed has none of that name, so the like of them is asked. */
const ANYBODY = "os_compute_api:extensions";

export function certificateRoutes(authority: CertificateAuthority): Route[] {
  async function createCertificate({ context }: Call): Promise<Reply> {
    const { privateKey, certificate } = await authority.issue(context.userId ?? "", context.projectId ?? "");
    return json(200, { certificate: { data: certificate, private_key: privateKey } });
  }

  async function showCertificate(call: Call): Promise<Reply> {
    if (call.param("id") !== "root") {
      throw new CloudError("not-implemented", "Only root certificate can be retrieved.");
    }
    return json(200, { certificate: { data: await authority.rootCertificate(), private_key: null } });
  }

  return [
    { method: "POST", path: "/os-certificates", handler: createCertificate, access: ANYBODY },
    { method: "GET", path: "/os-certificates/:id", handler: showCertificate, access: ANYBODY },
  ];
}
