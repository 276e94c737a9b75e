// service-* and endpoint-*: keystoneclient/v2_0/shell.py, services.py and endpoints.py, 0.11.

import { ClientError } from "../errors.ts";
import { listTable, propertyTable } from "../table.ts";
import type { Verb } from "./verb.ts";

const SERVICE = { dest: "service", metavar: "<service>" };

const list: Verb = {
  name: "service-list",
  help: "List all services in Service Catalog.",
  async run(client, _args, io) {
    const fields = ["id", "name", "type", "description"];
    io.out(listTable(await client.list("service"), fields, { sortBy: "name" }));
  },
};

const get: Verb = {
  name: "service-get",
  help: "Display service from Service Catalog.",
  args: [{ ...SERVICE, help: "Name or ID of service to display." }],
  async run(client, args, io) {
    io.out(propertyTable(await client.find("service", args.required("service"))));
  },
};

const create: Verb = {
  name: "service-create",
  help: "Add service to Service Catalog.",
  options: [
    { names: ["--name"], metavar: "<name>", required: true, help: "Name of the service, unique." },
    {
      names: ["--type"],
      metavar: "<type>",
      required: true,
      help: "Type of the service: identity, compute, network, image, object-store, or another.",
    },
    { names: ["--description"], metavar: "<service-description>", help: "Description of the service." },
  ],
  async run(client, args, io) {
    const fields = {
      name: args.text("name"),
      type: args.text("type"),
      description: args.text("description"),
    };
    const body = await client.post("/OS-KSADM/services", { "OS-KSADM:service": fields });
    io.out(propertyTable(body["OS-KSADM:service"]));
  },
};

const remove: Verb = {
  name: "service-delete",
  help: "Delete service from Service Catalog.",
  args: [{ ...SERVICE, help: "Name or ID of service to delete." }],
  async run(client, args) {
    await client.delete(`/OS-KSADM/services/${(await client.find("service", args.required("service"))).id}`);
  },
};

/** As in Folsom; later clients add the service's id as a sixth column. */
const ENDPOINT_COLUMNS = ["id", "region", "publicurl", "internalurl", "adminurl"];

const listEndpoints: Verb = {
  name: "endpoint-list",
  help: "List configured service endpoints.",
  async run(client, _args, io) {
    io.out(listTable(await client.list("endpoint"), ENDPOINT_COLUMNS));
  },
};

const createEndpoint: Verb = {
  name: "endpoint-create",
  help: "Create a new endpoint associated with a service.",
  options: [
    {
      names: ["--region"],
      metavar: "<endpoint-region>",
      default: "regionOne",
      help: "Region of the endpoint. Default is regionOne.",
    },
    {
      names: ["--service", "--service-id", "--service_id"],
      metavar: "<service>",
      required: true,
      help: "Name or ID of the service that is reached there.",
    },
    { names: ["--publicurl"], metavar: "<public-url>", required: true, help: "Public URL." },
    { names: ["--adminurl"], metavar: "<admin-url>", help: "Admin URL." },
    { names: ["--internalurl"], metavar: "<internal-url>", help: "Internal URL." },
  ],
  async run(client, args, io) {
    const endpoint = {
      region: args.text("region"),
      service_id: (await client.find("service", args.required("service"))).id,
      publicurl: args.text("publicurl"),
      adminurl: args.text("adminurl"),
      internalurl: args.text("internalurl"),
    };
    io.out(propertyTable((await client.post("/endpoints", { endpoint })).endpoint));
  },
};

const removeEndpoint: Verb = {
  name: "endpoint-delete",
  help: "Delete a service endpoint.",
  args: [{ dest: "id", metavar: "<endpoint-id>", help: "ID of endpoint to delete." }],
  // Silent in the transcripts of Folsom; later clients say that it is done.
  async run(client, args, io) {
    try {
      await client.delete(`/endpoints/${encodeURIComponent(args.required("id"))}`);
    } catch (error) {
      if (!(error instanceof ClientError)) throw error;
      io.out("Unable to delete endpoint.\n");
    }
  },
};

const getEndpoint: Verb = {
  name: "endpoint-get",
  help: "Find endpoint filtered by a specific attribute or service type.",
  options: [
    { names: ["--service"], metavar: "<service-type>", required: true, help: "Type of the service." },
    {
      names: ["--endpoint-type", "--endpoint_type"],
      metavar: "<endpoint-type>",
      default: "publicURL",
      help: "Side of the endpoint: publicURL, internalURL or adminURL.",
    },
    { names: ["--attr"], metavar: "<service-attribute>", help: "Attribute to select by." },
    { names: ["--value"], metavar: "<value>", help: "Value that the attribute must have." },
  ],
  async run(client, args, io) {
    const { catalog } = client;
    const [name, value] = [args.text("attr"), args.text("value")];
    if (!name !== !value) {
      io.out("Both --attr and --value required.\n");
      return;
    }
    const [type, side] = [args.required("service"), args.required("endpoint_type")];
    const url = catalog.url({ type, side, attribute: name && value ? { name, value } : null });
    io.out(propertyTable({ [`${type}.${side}`]: url }));
  },
};

export const serviceVerbs: readonly Verb[] = [create, remove, get, list];
export const endpointVerbs: readonly Verb[] = [createEndpoint, removeEndpoint, getEndpoint, listEndpoints];
