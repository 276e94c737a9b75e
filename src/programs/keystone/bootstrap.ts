// bootstrap: the first tenant, role and user, with the static token (keystoneclient/contrib/bootstrap/shell.py, 0.11).

import { authenticate } from "../auth.ts";
import type { Verb } from "./verb.ts";

export const bootstrap: Verb = {
  name: "bootstrap",
  help: "Grants a new role to a new user on a new tenant, after creating each.",
  options: [
    {
      names: ["--user-name"],
      dest: "user",
      metavar: "<user-name>",
      default: "admin",
      help: 'Name of the user to create (default="admin").',
    },
    { names: ["--pass"], dest: "passwd", metavar: "<password>", required: true, help: "Its password." },
    {
      names: ["--role-name"],
      dest: "role",
      metavar: "<role-name>",
      default: "admin",
      help: 'Name of the role to create and grant (default="admin").',
    },
    {
      names: ["--tenant-name"],
      dest: "tenant",
      metavar: "<tenant-name>",
      default: "admin",
      help: 'Name of the tenant to create (default="admin").',
    },
  ],
  async run(client, args) {
    const [username, password, tenantName] = ["user", "passwd", "tenant"].map((dest) => args.required(dest));
    const { tenant } = await client.post("/tenants", {
      tenant: { name: tenantName, description: null, enabled: true },
    });
    const { role } = await client.post("/OS-KSADM/roles", { role: { name: args.required("role") } });
    const fields = { name: username, password, tenantId: null, email: null, enabled: true };
    const { user } = await client.post("/users", { user: fields }, { log: false });
    await client.put(`/tenants/${tenant.id}/users/${user.id}/roles/OS-KSADM/${role.id}`, null);
    await authenticate(client.session, {
      authUrl: await client.managementUrl(),
      username: username!,
      password: password!,
      tenantName: tenantName!,
      tenantId: null,
      region: null,
    });
  },
};
