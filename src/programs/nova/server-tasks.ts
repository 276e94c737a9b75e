// What is done with one server besides starting and stopping it: images and backups of it, its console, metadata,
// passwords, moves, addresses, groups (novaclient/v1_1/shell.py 2.17, contrib/).

import { constants, privateDecrypt } from "node:crypto";
import { readFileSync } from "node:fs";
import { ClientError } from "../errors.ts";
import { askPassword } from "../prompt.ts";
import type { Json } from "../session.ts";
import type { ComputeClient } from "./client.ts";
import { imageTable } from "./images.ts";
import { pollImage, untilIdle } from "./poll.ts";
import { groupList } from "./security-groups.ts";
import type { Row } from "./tables.ts";
import {
  argument,
  both,
  flag,
  METADATA,
  METADATA_ACTION,
  option,
  POLL,
  pairs,
  query,
  SERVER,
  type Verb,
} from "./verb.ts";

const rescue: Verb = {
  name: "rescue",
  help: "Rescue a server.",
  args: [SERVER],
  async run(client, args, { out }) {
    const server = await client.find("server", args.required("server"));
    out(client.tables.properties(await client.action(server, "rescue")));
  },
};

const diagnostics: Verb = {
  name: "diagnostics",
  help: "Retrieve server diagnostics.",
  args: [SERVER],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    out(client.tables.properties(await client.get(`/servers/${id}/diagnostics`), { wrap: 80 }));
  },
};

const refreshNetwork: Verb = {
  name: "refresh-network",
  help: "Refresh server network information.",
  args: [{ ...SERVER, help: "Name or ID of a server whose network cache is to be refreshed (Admin only)." }],
  async run(client, args) {
    const { id } = await client.find("server", args.required("server"));
    await client.post("/os-server-external-events", {
      events: [{ server_uuid: id, name: "network-changed" }],
    });
  },
};

const rootPassword: Verb = {
  name: "root-password",
  help: "Change the root password for a server.",
  args: [SERVER],
  async run(client, args) {
    const server = await client.find("server", args.required("server"));
    const first = await askPassword("New password: ");
    const second = await askPassword("Again: ");
    if (first === null || first !== second) throw new ClientError("Passwords do not match.");
    await client.action(server, "changePassword", { adminPass: first });
  },
};

const imageCreate: Verb = {
  name: "image-create",
  help: "Create a new image by taking a snapshot of a running server.",
  options: [flag("show", "Print image info."), POLL],
  args: [SERVER, argument("name", "<name>", "Name of snapshot.")],
  async run(client, args, io) {
    const server = await client.find("server", args.required("server"));
    const body = { createImage: { name: args.text("name"), metadata: {} } };
    const { headers } = await client.answer("POST", `/servers/${server.id}/action`, body);
    const id = headers.get("location")?.split("/").pop();
    if (!id) throw new ClientError("the answer names no image");
    if (args.flag("poll")) {
      await pollImage(client, id, io);
      await untilIdle(client, server.id);
    }
    if (args.flag("show")) io.out(imageTable(client, await client.show("image", id)));
  },
};

const backup: Verb = {
  name: "backup",
  help: "Backup a server by creating a 'backup' type snapshot.",
  args: [
    SERVER,
    argument("name", "<name>", "Name of the backup image."),
    argument("backup_type", "<backup-type>", 'The backup type, like "daily" or "weekly".'),
    argument("rotation", "<rotation>", "Int parameter representing how many backups to keep around."),
  ],
  async run(client, args) {
    const server = await client.find("server", args.required("server"));
    const { name, backup_type, rotation } = args.values;
    await client.action(server, "createBackup", { name, backup_type, rotation });
  },
};

const meta: Verb = {
  name: "meta",
  help: "Set or Delete metadata on a server.",
  args: [SERVER, METADATA_ACTION, METADATA],
  async run(client, args) {
    const { id } = await client.find("server", args.required("server"));
    await changeMetadata(client, `/servers/${id}/metadata`, args.required("action"), args.list("metadata"));
  },
};

export async function changeMetadata(
  client: ComputeClient,
  path: string,
  action: string,
  texts: readonly string[],
): Promise<void> {
  const metadata = pairs(texts);
  if (action === "set") {
    await client.post(path, { metadata });
    return;
  }
  for (const key of Object.keys(metadata).sort().reverse()) {
    await client.delete(`${path}/${encodeURIComponent(key)}`);
  }
}

const consoleLog: Verb = {
  name: "console-log",
  help: "Get console log output of a server.",
  options: [option("length", "<length>", "Length in lines to tail.")],
  args: [SERVER],
  async run(client, args, { out }) {
    const server = await client.find("server", args.required("server"));
    const answer = await client.action(server, "os-getConsoleOutput", { length: args.text("length") });
    out(`${answer?.output ?? ""}\n`);
  },
};

/** Verb, action, the word in help, its types. */
const CONSOLES = [
  ["get-vnc-console", "os-getVNCConsole", "vnc", 'Type of vnc console ("novnc" or "xvpvnc").'],
  ["get-spice-console", "os-getSPICEConsole", "spice", 'Type of spice console ("spice-html5").'],
  ["get-rdp-console", "os-getRDPConsole", "rdp", 'Type of rdp console ("rdp-html5").'],
  ["get-serial-console", "os-getSerialConsole", "serial", 'Type of serial console ("serial").'],
] as const;

const consoles = CONSOLES.map(
  ([name, action, word, types]): Verb => ({
    name,
    help: `Get a ${word} console to a server.`,
    args: [SERVER, argument("console_type", "<console-type>", types)],
    async run(client, args, { out }) {
      const server = await client.find("server", args.required("server"));
      const answer = await client.action(server, action, { type: args.text("console_type") });
      out(client.tables.list([answer.console], ["Type", "Url"]));
    },
  }),
);

const getPassword: Verb = {
  name: "get-password",
  help: "Get password for a server.",
  args: [
    SERVER,
    {
      dest: "private_key",
      metavar: "<private-key>",
      help: "Private key file to decrypt the password with; without it the ciphered password is shown.",
      optional: true,
    },
  ],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    const password: string = (await client.get(`/servers/${id}/os-server-password`))?.password ?? "";
    const key = args.text("private_key");
    out(`${key && password ? decrypted(password, key) : password}\n`);
  },
};

/** @throws ClientError for a key that is none, or another one */
function decrypted(password: string, keyFile: string): string {
  try {
    const key = { key: readFileSync(keyFile), padding: constants.RSA_PKCS1_PADDING };
    return privateDecrypt(key, Buffer.from(password, "base64")).toString();
  } catch (cause) {
    throw new ClientError(`Unable to decrypt the password: ${(cause as Error).message}`, { cause });
  }
}

const clearPassword: Verb = {
  name: "clear-password",
  help: "Clear password for a server.",
  args: [SERVER],
  async run(client, args) {
    const { id } = await client.find("server", args.required("server"));
    await client.delete(`/servers/${id}/os-server-password`);
  },
};

const liveMigration: Verb = {
  name: "live-migration",
  help: "Migrate running server to a new machine.",
  options: [
    flag("block-migrate", "True in case of block_migration. (Default=False:live_migration)"),
    { names: ["--block_migrate"], kind: "flag", help: null },
    flag("disk-over-commit", "Allow overcommit.(Default=False)"),
    { names: ["--disk_over_commit"], kind: "flag", help: null },
  ],
  args: [SERVER, { dest: "host", metavar: "<host>", help: "destination host name.", optional: true }],
  async run(client, args) {
    const server = await client.find("server", args.required("server"));
    await client.action(server, "os-migrateLive", {
      host: args.text("host"),
      block_migration: args.flag("block_migrate"),
      disk_over_commit: args.flag("disk_over_commit"),
    });
  },
};

const evacuate: Verb = {
  name: "evacuate",
  help: "Evacuate server from failed host to specified one.",
  options: [
    option("password", "<password>", "Set the provided password on the evacuated server."),
    flag("on-shared-storage", "Specifies whether server files are located on shared storage"),
  ],
  args: [SERVER, argument("host", "<host>", "Name or ID of target host.")],
  async run(client, args, { out }) {
    const server = await client.find("server", args.required("server"));
    const password = args.text("password");
    const answer: Json = await client.action(server, "evacuate", {
      host: args.text("host"),
      onSharedStorage: args.flag("on_shared_storage"),
      ...(password ? { adminPass: password } : {}),
    });
    if (answer && Object.keys(answer).length > 0) out(client.tables.properties(answer));
  },
};

/** Verb, action, what is sent along, help. */
function withOne(name: string, action: string, key: string, metavar: string, help: string): Verb {
  return {
    name,
    help,
    args: [SERVER, argument("value", metavar, `${metavar.slice(1, -1)} of the call.`)],
    async run(client, args) {
      const server = await client.find("server", args.required("server"));
      await client.action(server, action, { [key]: args.text("value") });
    },
  };
}

const addressAndGroupVerbs: readonly Verb[] = [
  withOne(
    "add-fixed-ip",
    "addFixedIp",
    "networkId",
    "<network-id>",
    "Add new IP address on a network to server.",
  ),
  withOne("remove-fixed-ip", "removeFixedIp", "address", "<address>", "Remove an IP address from a server."),
  withOne("add-secgroup", "addSecurityGroup", "name", "<secgroup>", "Add a Security Group to a server."),
  withOne(
    "remove-secgroup",
    "removeSecurityGroup",
    "name",
    "<secgroup>",
    "Remove a Security Group from a server.",
  ),
];

const listSecgroup: Verb = {
  name: "list-secgroup",
  help: "List Security Group(s) of a server.",
  args: [SERVER],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    const groups = await client.all(`/servers/${id}/os-security-groups`, "security_groups");
    out(groupList(client.tables, groups));
  },
};

const actionList: Verb = {
  name: "instance-action-list",
  help: "List actions on a server.",
  args: [SERVER],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    const actions = await client.all(`/servers/${id}/os-instance-actions`, "instanceActions");
    const columns = ["Action", "Request_ID", "Message", "Start_Time"];
    out(client.tables.list(actions, columns, { sortBy: "Start_Time" }));
  },
};

const action: Verb = {
  name: "instance-action",
  help: "Show an action.",
  args: [SERVER, argument("request_id", "<request_id>", "Request ID of the action to get.")],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    const path = `/servers/${id}/os-instance-actions/${encodeURIComponent(args.required("request_id"))}`;
    out(client.tables.properties((await client.get(path)).instanceAction as Row));
  },
};

/** `nova actions`, Folsom's; the same calls under their later name. */
const actions: Verb = { ...actionList, name: "actions", help: "Retrieve server actions." };

const migrationList: Verb = {
  name: "migration-list",
  help: "Print a list of migrations.",
  options: [
    option("host", "<host>", "Fetch migrations for the given host."),
    option("status", "<status>", "Fetch migrations for the given status."),
    ...both("cell-name", "<cell_name>", "Fetch migrations for the given cell_name."),
  ],
  async run(client, args, { out }) {
    const filters = query({
      cell_name: args.text("cell_name"),
      host: args.text("host"),
      status: args.text("status"),
    });
    const migrations = await client.all(`/os-migrations${filters}`, "migrations");
    out(
      client.tables.list(
        migrations,
        [
          "Source Node",
          "Dest Node",
          "Source Compute",
          "Dest Compute",
          "Dest Host",
          "Status",
          "Instance UUID",
          "Old Flavor",
          "New Flavor",
          "Created At",
          "Updated At",
        ],
        {
          cells: {
            "Old Flavor": (row) => row["old_instance_type_id"],
            "New Flavor": (row) => row["new_instance_type_id"],
          },
        },
      ),
    );
  },
};

export const serverTaskVerbs: readonly Verb[] = [
  rescue,
  diagnostics,
  refreshNetwork,
  rootPassword,
  imageCreate,
  backup,
  meta,
  consoleLog,
  ...consoles,
  getPassword,
  clearPassword,
  liveMigration,
  evacuate,
  ...addressAndGroupVerbs,
  listSecgroup,
  actionList,
  action,
  actions,
  migrationList,
];
