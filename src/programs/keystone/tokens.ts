// catalog and token-get: keystoneclient/v2_0/shell.py and service_catalog.py, 0.11.

import { propertyTable, wrapCell } from "../table.ts";
import type { Verb } from "./verb.ts";

const showCatalog: Verb = {
  name: "catalog",
  help: "List service catalog, possibly filtered by service.",
  options: [{ names: ["--service"], metavar: "<service-type>", help: "Only services of this type." }],
  async run(client, args, io) {
    for (const [type, endpoints] of client.catalog.endpoints(args.text("service") || null)) {
      if (endpoints.length === 0) continue;
      io.out(`Service: ${type}\n`);
      for (const endpoint of endpoints) io.out(propertyTable(endpoint));
    }
  },
};

const tokenGet: Verb = {
  name: "token-get",
  help: "Display the current user token.",
  options: [
    {
      names: ["--wrap"],
      metavar: "<integer>",
      default: "0",
      help: "Break long values into lines of this length; 0 does not.",
    },
  ],
  async run(client, args, io) {
    const { token, expires, userId, tenantId } = client.access;
    const length = Number(args.required("wrap"));
    if (!Number.isInteger(length)) {
      throw new RangeError(`invalid literal for int() with base 10: '${args.text("wrap")}'`);
    }
    const shown = {
      id: token,
      expires,
      user_id: userId,
      ...(tenantId === null ? {} : { tenant_id: tenantId }),
    };
    const entries = Object.entries(shown).map(([name, value]) => [name, wrapCell(value, length)]);
    io.out(propertyTable(Object.fromEntries(entries)));
  },
};

export const tokenVerbs: readonly Verb[] = [showCatalog, tokenGet];
