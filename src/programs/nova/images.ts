// image-*: the compute API's view of images (novaclient/v1_1/shell.py 2.17).

import { ClientError } from "../errors.ts";
import type { ComputeClient, Entity } from "./client.ts";
import { changeMetadata } from "./server-tasks.ts";
import type { Row } from "./tables.ts";
import { argument, METADATA, METADATA_ACTION, option, query, type Verb } from "./verb.ts";

const IMAGE = argument("image", "<image>", "Name or ID of image");

const list: Verb = {
  name: "image-list",
  help: "Print a list of available images to boot from.",
  options: [option("limit", "<limit>", "number of images to return per request")],
  async run(client, args, { out }) {
    const images = await client.list("image", `/detail${query({ limit: args.text("limit") })}`);
    out(
      client.tables.list(images, ["ID", "Name", "Status", "Server"], {
        cells: { Server: ({ server }) => server?.id ?? "" },
        sortBy: "Name",
      }),
    );
  },
};

/** Each piece of metadata is a row of its own. */
export function imageTable(client: ComputeClient, image: Entity): string {
  const { links: _links, server, metadata, ...info } = image as Row;
  if (server?.id) info["server"] = server.id;
  for (const [name, value] of Object.entries(metadata ?? {})) info[`metadata ${name}`] = value;
  return client.tables.properties(info);
}

const show: Verb = {
  name: "image-show",
  help: "Show details about the given image.",
  args: [IMAGE],
  async run(client, args, { out }) {
    out(imageTable(client, await client.find("image", args.required("image"))));
  },
};

const meta: Verb = {
  name: "image-meta",
  help: "Set or Delete metadata on an image.",
  args: [IMAGE, METADATA_ACTION, METADATA],
  async run(client, args) {
    const { id } = await client.find("image", args.required("image"));
    await changeMetadata(client, `/images/${id}/metadata`, args.required("action"), args.list("metadata"));
  },
};

const remove: Verb = {
  name: "image-delete",
  help: "Delete specified image(s).",
  args: [{ ...IMAGE, help: "Name or ID of image(s).", many: "some" }],
  async run(client, args, { out }) {
    for (const name of args.list("image")) {
      try {
        await client.delete(`/images/${(await client.find("image", name)).id}`);
      } catch (error) {
        if (!(error instanceof ClientError)) throw error;
        out(`Delete for image ${name} failed: ${error.message}\n`);
      }
    }
  },
};

export const imageVerbs: readonly Verb[] = [list, show, meta, remove];
