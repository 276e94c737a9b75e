// endpoints, credentials and list-extensions (novaclient/v1_1/shell.py and contrib/list_extensions.py, 2.17).

import type { Row } from "./tables.ts";
import { integer, option, type Verb } from "./verb.ts";

const TOKEN_COLUMNS = 64;

const endpoints: Verb = {
  name: "endpoints",
  help: "Discover endpoints that get returned from the authenticate services.",
  async run(client, _args, { out }) {
    for (const { name = "", type, endpoints: list } of client.access.catalog.entries) {
      const [first] = list;
      if (first) out(client.tables.properties(first, { heads: [name || type, "Value"] }));
    }
  },
};

const credentials: Verb = {
  name: "credentials",
  help: "Show user credentials returned from auth.",
  options: [
    option("wrap", "<integer>", "wrap PKI tokens to a specified length, or 0 to disable", {
      default: TOKEN_COLUMNS,
      parse: integer,
    }),
  ],
  async run(client, args, { out }) {
    const { user, token } = client.access.raw;
    const wrap = Number(args.text("wrap"));
    out(client.tables.properties(user, { heads: ["User Credentials", "Value"], wrap }));
    out(client.tables.properties(token, { heads: ["Token", "Value"], wrap }));
  },
};

const listExtensions: Verb = {
  name: "list-extensions",
  help: "List all the os-api extensions that are available.",
  async run(client, _args, { out }) {
    const extensions = await client.all("/extensions", "extensions");
    out(
      client.tables.list(extensions, ["Name", "Summary", "Alias", "Updated"], {
        cells: { Summary: summary },
      }),
    );
  },
};

/** The first line of its description. */
function summary({ description }: Row): string {
  const [first = "", ...more] = String(description ?? "")
    .trim()
    .split("\n");
  if (first === "") return "??";
  return more.length > 0 ? `${first}...` : first;
}

export const accountVerbs: readonly Verb[] = [endpoints, credentials, listExtensions];
