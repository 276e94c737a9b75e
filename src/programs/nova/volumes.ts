// volume-*: the volume service's own calls, and attachments, which are the compute service's
// (novaclient/v1_1/shell.py 2.17). The first version of the volume API is gone: what it called a display name is a name.

import { ClientError } from "../errors.ts";
import type { ComputeClient } from "./client.ts";
import type { Row } from "./tables.ts";
import { ALL_TENANTS, argument, both, integer, option, query, SERVER, type Verb } from "./verb.ts";

const DISPLAY = [
  ...both("display-name", "<display-name>", "Optional name. (Default=None)"),
  ...both("display-description", "<display-description>", "Optional description. (Default=None)"),
];

/** Under the names of the API's version. */
function described(client: ComputeClient, name: string | null, description: string | null): Row {
  const prefix = client.hasDisplayNames ? "display_" : "";
  return { [`${prefix}name`]: name, [`${prefix}description`]: description };
}

const displayName = (row: Row) => row["display_name"] ?? row["name"] ?? "";

function withoutLinks({ links: _links, ...info }: Row): Row {
  return info;
}

const list: Verb = {
  name: "volume-list",
  help: "List all the volumes.",
  options: ALL_TENANTS,
  async run(client, args, { out }) {
    const filters = query({ all_tenants: args.flag("all_tenants") ? 1 : 0 });
    const volumes = await client.list("volume", `/detail${filters}`);
    out(
      client.tables.list(volumes, ["ID", "Status", "Display Name", "Size", "Volume Type", "Attached to"], {
        cells: {
          "Display Name": displayName,
          "Attached to": ({ attachments }) =>
            (attachments as { server_id: string }[]).map(({ server_id }) => server_id).join(","),
        },
      }),
    );
  },
};

const show: Verb = {
  name: "volume-show",
  help: "Show details about a volume.",
  args: [argument("volume", "<volume>", "Name or ID of the volume.")],
  async run(client, args, { out }) {
    out(client.tables.properties(withoutLinks(await client.find("volume", args.required("volume")))));
  },
};

const create: Verb = {
  name: "volume-create",
  help: "Add a new volume.",
  options: [
    ...both("snapshot-id", "<snapshot-id>", "Optional snapshot id to create the volume from. (Default=None)"),
    option("image-id", "<image-id>", "Optional image id to create the volume from. (Default=None)"),
    ...DISPLAY,
    ...both("volume-type", "<volume-type>", "Optional volume type. (Default=None)"),
    option("availability-zone", "<availability-zone>", "Optional Availability Zone for volume."),
  ],
  args: [{ ...argument("size", "<size>", "Size of volume in GB"), parse: integer }],
  async run(client, args, { out }) {
    const volume = {
      size: args.values["size"],
      snapshot_id: args.text("snapshot_id"),
      ...described(client, args.text("display_name"), args.text("display_description")),
      volume_type: args.text("volume_type"),
      availability_zone: args.text("availability_zone"),
      imageRef: args.text("image_id"),
    };
    out(client.tables.properties(withoutLinks((await client.volumes.post("/volumes", { volume })).volume)));
  },
};

const remove: Verb = {
  name: "volume-delete",
  help: "Remove volume(s).",
  args: [{ ...argument("volume", "<volume>", "Name or ID of the volume(s) to delete."), many: "some" }],
  async run(client, args, { out }) {
    for (const name of args.list("volume")) {
      try {
        await client.volumes.delete(`/volumes/${(await client.find("volume", name)).id}`);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        out(`Delete for volume ${name} failed: ${error.message}\n`);
      }
    }
  },
};

const attach: Verb = {
  name: "volume-attach",
  help: "Attach a volume to a server.",
  args: [
    SERVER,
    argument("volume", "<volume>", "ID of the volume to attach."),
    {
      dest: "device",
      metavar: "<device>",
      help: 'Name of the device e.g. /dev/vdb. Use "auto" for autoassign (if supported)',
      optional: true,
    },
  ],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    const device = args.text("device");
    const answer = await client.post(`/servers/${id}/os-volume_attachments`, {
      volumeAttachment: { volumeId: args.text("volume"), device: device === "auto" ? null : device },
    });
    out(client.tables.properties(answer.volumeAttachment));
  },
};

const ATTACHMENT = argument("attachment_id", "<volume>", "Attachment ID of the volume.");

const update: Verb = {
  name: "volume-update",
  help: "Update volume attachment.",
  args: [SERVER, ATTACHMENT, argument("new_volume", "<volume>", "ID of the volume to attach.")],
  async run(client, args, { out }) {
    const { id } = await client.find("server", args.required("server"));
    const volumeId = args.required("new_volume");
    const path = `/servers/${id}/os-volume_attachments/${encodeURIComponent(args.required("attachment_id"))}`;
    const answer = await client.put(path, { volumeAttachment: { volumeId } });
    out(client.tables.properties(answer?.volumeAttachment ?? { volumeId }));
  },
};

const detach: Verb = {
  name: "volume-detach",
  help: "Detach a volume from a server.",
  args: [SERVER, ATTACHMENT],
  async run(client, args) {
    const { id } = await client.find("server", args.required("server"));
    const volume = encodeURIComponent(args.required("attachment_id"));
    await client.delete(`/servers/${id}/os-volume_attachments/${volume}`);
  },
};

const snapshotList: Verb = {
  name: "volume-snapshot-list",
  help: "List all the snapshots.",
  async run(client, _args, { out }) {
    const columns = ["ID", "Volume ID", "Status", "Display Name", "Size"];
    const snapshots = await client.list("snapshot", "/detail");
    out(client.tables.list(snapshots, columns, { cells: { "Display Name": displayName } }));
  },
};

const SNAPSHOT = argument("snapshot", "<snapshot>", "Name or ID of the snapshot.");

const snapshotShow: Verb = {
  name: "volume-snapshot-show",
  help: "Show details about a snapshot.",
  args: [SNAPSHOT],
  async run(client, args, { out }) {
    out(client.tables.properties(await client.find("snapshot", args.required("snapshot"))));
  },
};

const snapshotCreate: Verb = {
  name: "volume-snapshot-create",
  help: "Add a new snapshot.",
  options: [
    option("force", "<True|False>", "Whether to snapshot a volume even if its attached to a server.", {
      default: "False",
    }),
    ...DISPLAY,
  ],
  args: [argument("volume_id", "<volume-id>", "ID of the volume to snapshot")],
  async run(client, args, { out }) {
    const snapshot = {
      volume_id: args.text("volume_id"),
      force: args.text("force"),
      ...described(client, args.text("display_name"), args.text("display_description")),
    };
    out(client.tables.properties((await client.volumes.post("/snapshots", { snapshot })).snapshot));
  },
};

const snapshotDelete: Verb = {
  name: "volume-snapshot-delete",
  help: "Remove a snapshot.",
  args: [SNAPSHOT],
  async run(client, args) {
    const { id } = await client.find("snapshot", args.required("snapshot"));
    await client.volumes.delete(`/snapshots/${id}`);
  },
};

const TYPE_COLUMNS = ["ID", "Name"];

const typeList: Verb = {
  name: "volume-type-list",
  help: "Print a list of available 'volume types'.",
  async run(client, _args, { out }) {
    out(client.tables.list(await client.volumes.all("/types", "volume_types"), TYPE_COLUMNS));
  },
};

const typeCreate: Verb = {
  name: "volume-type-create",
  help: "Create a new volume type.",
  args: [argument("name", "<name>", "Name of the new volume type")],
  async run(client, args, { out }) {
    const made = await client.volumes.post("/types", { volume_type: { name: args.text("name") } });
    out(client.tables.list([made.volume_type], TYPE_COLUMNS));
  },
};

const typeDelete: Verb = {
  name: "volume-type-delete",
  help: "Delete a specific volume type.",
  args: [argument("id", "<id>", "Unique ID of the volume type to delete")],
  async run(client, args) {
    await client.volumes.delete(`/types/${encodeURIComponent(args.required("id"))}`);
  },
};

export const volumeVerbs: readonly Verb[] = [
  list,
  show,
  create,
  remove,
  attach,
  update,
  detach,
  snapshotList,
  snapshotShow,
  snapshotCreate,
  snapshotDelete,
  typeList,
  typeCreate,
  typeDelete,
];
