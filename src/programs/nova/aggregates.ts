// aggregate-* (novaclient/v1_1/shell.py 2.17).

import type { ComputeClient } from "./client.ts";
import type { Row } from "./tables.ts";
import { argument, METADATA, pairs, type Verb } from "./verb.ts";

const AGGREGATE = argument("aggregate", "<aggregate>", "Name or ID of aggregate.");
const AGGREGATE_ZONE = {
  dest: "availability_zone",
  metavar: "<availability-zone>",
  help: "The availability zone of the aggregate (optional).",
  optional: true,
};

function aggregateTable(client: ComputeClient, aggregate: Row): string {
  const columns = ["Id", "Name", "Availability Zone", "Hosts", "Metadata"];
  if (client.tables.isFolsom) return client.tables.list([aggregate], columns);
  const listed = (texts: readonly string[]) => texts.map((text) => `'${text}'`).join(", ");
  return client.tables.list([aggregate], columns, {
    cells: {
      Hosts: ({ hosts }) => listed(hosts ?? []),
      Metadata: ({ metadata }) =>
        listed(
          Object.entries(metadata ?? {})
            .map(([name, value]) => `${name}=${value}`)
            .sort(),
        ),
    },
  });
}

const aggregateList: Verb = {
  name: "aggregate-list",
  help: "Print a list of all aggregates.",
  async run(client, _args, { out }) {
    out(client.tables.list(await client.list("aggregate"), ["Id", "Name", "Availability Zone"]));
  },
};

const aggregateCreate: Verb = {
  name: "aggregate-create",
  help: "Create a new aggregate with the specified details.",
  args: [argument("name", "<name>", "Name of aggregate."), AGGREGATE_ZONE],
  async run(client, args, { out }) {
    const body = { name: args.text("name"), availability_zone: args.text("availability_zone") };
    out(aggregateTable(client, (await client.post("/os-aggregates", { aggregate: body })).aggregate));
  },
};

const aggregateDelete: Verb = {
  name: "aggregate-delete",
  help: "Delete the aggregate.",
  args: [AGGREGATE],
  async run(client, args, { out }) {
    const { id } = await client.find("aggregate", args.required("aggregate"));
    await client.delete(`/os-aggregates/${id}`);
    out(`Aggregate ${id} has been successfully deleted.\n`);
  },
};

const aggregateUpdate: Verb = {
  name: "aggregate-update",
  help: "Update the aggregate's name and optionally availability zone.",
  args: [AGGREGATE, argument("name", "<name>", "Name of aggregate."), AGGREGATE_ZONE],
  async run(client, args, { out }) {
    const { id } = await client.find("aggregate", args.required("aggregate"));
    const zone = args.text("availability_zone");
    const body = { name: args.text("name"), ...(zone ? { availability_zone: zone } : {}) };
    const { aggregate } = await client.put(`/os-aggregates/${id}`, { aggregate: body });
    out(`Aggregate ${id} has been successfully updated.\n${aggregateTable(client, aggregate)}`);
  },
};

const aggregateSetMetadata: Verb = {
  name: "aggregate-set-metadata",
  help: "Update the metadata associated with the aggregate.",
  args: [AGGREGATE, { ...METADATA, help: "Metadata to add/update to aggregate" }],
  async run(client, args, { out }) {
    const { id } = await client.find("aggregate", args.required("aggregate"));
    const body = { set_metadata: { metadata: pairs(args.list("metadata")) } };
    const { aggregate } = await client.post(`/os-aggregates/${id}/action`, body);
    out(`Metadata has been successfully updated for aggregate ${id}.\n${aggregateTable(client, aggregate)}`);
  },
};

const aggregateHosts = (
  [
    ["add", "added for"],
    ["remove", "removed from"],
  ] as const
).map(
  ([change, done]): Verb => ({
    name: `aggregate-${change}-host`,
    help: `${change === "add" ? "Add the host to" : "Remove the specified host from"} the specified aggregate.`,
    args: [AGGREGATE, argument("host", "<host>", "The host.")],
    async run(client, args, { out }) {
      const { id } = await client.find("aggregate", args.required("aggregate"));
      const host = args.text("host");
      const { aggregate } = await client.post(`/os-aggregates/${id}/action`, {
        [`${change}_host`]: { host },
      });
      out(
        `Host ${host} has been successfully ${done} aggregate ${id} \n${aggregateTable(client, aggregate)}`,
      );
    },
  }),
);

const aggregateDetails: Verb = {
  name: "aggregate-details",
  help: "Show details of the specified aggregate.",
  args: [AGGREGATE],
  async run(client, args, { out }) {
    out(aggregateTable(client, await client.find("aggregate", args.required("aggregate"))));
  },
};

export const aggregateVerbs: readonly Verb[] = [
  aggregateList,
  aggregateCreate,
  aggregateDelete,
  aggregateUpdate,
  aggregateSetMetadata,
  ...aggregateHosts,
  aggregateDetails,
];
