// Networks and their subnets.

import {
  createNetwork,
  createSubnet,
  deleteNetwork,
  deleteSubnet,
  listNetworks,
  listSubnets,
  type Network,
  type NewSubnet,
  type Subnet,
} from "../../api/network.ts";
import { plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { useSession } from "../../core/session.ts";
import { Badge, YesNo } from "../../parts/badge.tsx";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { type Field, openForm, textOf, type Values } from "../../parts/form.tsx";
import type { MenuItem } from "../../parts/menu.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";

export function NetworksPage() {
  const { project, isAdmin } = useSession();
  const networks = useResource(listNetworks, []);
  const subnets = useResource(listSubnets, []);
  const reload = () => {
    networks.reload();
    subnets.reload();
  };
  const rows = { ...networks, error: networks.error ?? subnets.error, reload };
  const isOwn = (network: Network) => isAdmin || network.project_id === project.id;
  const of = (network: Network) => (subnets.data ?? []).filter((one) => one.network_id === network.id);
  const columns: Column<Network>[] = [
    { title: "Name", value: ({ name }) => name, draw: ({ name, id }) => name || <code>{id}</code> },
    {
      title: "Subnets Associated",
      value: (network) =>
        of(network)
          .map(({ cidr }) => cidr)
          .join(" "),
      draw: (network) => (
        <ul class="addresses">
          {of(network).map(({ id, name, cidr }) => (
            <li key={id}>
              {name} <code>{cidr}</code>
            </li>
          ))}
        </ul>
      ),
    },
    {
      title: "Shared",
      value: ({ shared }) => (shared ? "yes" : "no"),
      draw: ({ shared }) => <YesNo value={shared} />,
    },
    {
      title: "External",
      value: (network) => (network["router:external"] ? "yes" : "no"),
      draw: (network) => <YesNo value={network["router:external"]} />,
    },
    { title: "Status", value: ({ status }) => status, draw: ({ status }) => <Badge state={status} /> },
    {
      title: "Admin State",
      value: (network) => (network.admin_state_up ? "up" : "down"),
      draw: (network) => (network.admin_state_up ? "UP" : "DOWN"),
    },
  ];
  const actionsOf = (network: Network): (MenuItem | false)[] => [
    isOwn(network) && { label: "Add Subnet", run: () => addSubnet(network, reload) },
    isOwn(network) &&
      of(network).length > 0 && {
        label: "Delete Subnet",
        run: () => removeSubnet(network, of(network), reload),
      },
    isOwn(network) && { label: "Delete Network", danger: true, run: () => remove([network], reload) },
  ];
  return (
    <Page title="Networks">
      <Table
        label="Networks"
        rows={rows}
        rowId={({ id }) => id}
        rowName={({ name, id }) => name || id}
        columns={columns}
        actions={actionsOf}
        bulk={{
          label: "Delete Networks",
          danger: true,
          takes: isOwn,
          run: remove,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => create(reload)}>
            Create Network
          </button>
        }
        empty="There are no networks yet."
      />
    </Page>
  );
}

/** Horizon's Subnet and Subnet Detail tabs. `when` decides whether they are there at all. */
function subnetFields(tabs: boolean, when: (values: Values) => boolean): Field[] {
  const on = (tab: string, fields: Field[]) =>
    fields.map((field) => ({ ...field, ...(tabs ? { tab } : {}), when: field.when ?? when }));
  return [
    ...on("Subnet", [
      { name: "subnetName", label: "Subnet Name" },
      { name: "cidr", label: "Network Address", required: true, placeholder: "192.168.0.0/24" },
      {
        name: "version",
        label: "IP Version",
        kind: "select",
        required: true,
        options: [
          { value: "4", label: "IPv4" },
          { value: "6", label: "IPv6" },
        ],
      },
      {
        name: "gateway",
        label: "Gateway IP",
        help: "Left empty: the first address.",
        when: (values) => when(values) && values["noGateway"] !== true,
      },
      { name: "noGateway", label: "Disable Gateway", kind: "checkbox" },
    ]),
    ...on("Subnet Detail", [
      { name: "dhcp", label: "Enable DHCP", kind: "checkbox", value: true },
      {
        name: "pools",
        label: "Allocation Pools",
        kind: "textarea",
        rows: 2,
        placeholder: "192.168.0.100,192.168.0.200",
        help: "First and last address with a comma between, one pool a line.",
      },
      { name: "dns", label: "DNS Name Servers", kind: "textarea", rows: 2, help: "One address a line." },
      {
        name: "routes",
        label: "Host Routes",
        kind: "textarea",
        rows: 2,
        placeholder: "192.168.200.0/24,192.168.0.254",
        help: "Destination and next hop with a comma between, one route a line.",
      },
    ]),
  ];
}

function subnetOf(networkId: string, values: Values): NewSubnet {
  const rows = (name: string) =>
    textOf(values, name)
      .split(/\s*\n\s*/)
      .filter((row) => row !== "");
  const pair = (row: string) => row.split(",").map((part) => part.trim());
  const pools = rows("pools").map((row) => {
    const [start = "", end = start] = pair(row);
    return { start, end };
  });
  const routes = rows("routes").map((row) => {
    const [destination = "", nexthop = ""] = pair(row);
    return { destination, nexthop };
  });
  const gateway = textOf(values, "gateway");
  return {
    network_id: networkId,
    name: textOf(values, "subnetName"),
    cidr: textOf(values, "cidr"),
    ip_version: Number(textOf(values, "version")),
    enable_dhcp: values["dhcp"] === true,
    ...(values["noGateway"] === true ? { gateway_ip: null } : gateway ? { gateway_ip: gateway } : {}),
    ...(pools.length > 0 ? { allocation_pools: pools } : {}),
    ...(rows("dns").length > 0 ? { dns_nameservers: rows("dns") } : {}),
    ...(routes.length > 0 ? { host_routes: routes } : {}),
  };
}

function create(after: () => void): void {
  openForm({
    title: "Create Network",
    button: "Create Network",
    fields: [
      { name: "name", label: "Network Name", required: true, tab: "Network" },
      { name: "up", label: "Enable Admin State", kind: "checkbox", value: true, tab: "Network" },
      { name: "withSubnet", label: "Create Subnet", kind: "checkbox", value: true, tab: "Network" },
      ...subnetFields(true, (values) => values["withSubnet"] === true),
    ],
    async submit(values) {
      const network = await createNetwork({
        name: textOf(values, "name"),
        admin_state_up: values["up"] === true,
      });
      try {
        if (values["withSubnet"] === true) await createSubnet(subnetOf(network.id, values));
      } catch (error) {
        await deleteNetwork(network.id);
        throw error;
      } finally {
        after();
      }
    },
    done: (values) => `${textOf(values, "name")} was created.`,
  });
}

function addSubnet(network: Network, after: () => void): void {
  openForm({
    title: `Add Subnet to ${network.name || network.id}`,
    button: "Create Subnet",
    fields: subnetFields(true, () => true),
    submit: (values) => createSubnet(subnetOf(network.id, values)).then(after),
    done: "The subnet was created.",
  });
}

function removeSubnet(network: Network, subnets: Subnet[], after: () => void): void {
  openForm({
    title: `Delete a Subnet of ${network.name || network.id}`,
    intro: "This cannot be undone.",
    button: "Delete Subnet",
    fields: [
      {
        name: "subnet",
        label: "Subnet",
        kind: "select",
        required: true,
        options: subnets.map(({ id, name, cidr }) => ({ value: id, label: `${name || id} ${cidr}` })),
      },
    ],
    submit: (values) => deleteSubnet(textOf(values, "subnet")).then(after),
    done: "The subnet was deleted.",
  });
}

function remove(networks: Network[], after: () => void): void {
  confirm({
    title: `Delete ${plural(networks.length, "network")}?`,
    text: "Their subnets go with them. This cannot be undone.",
    names: networks.map(({ name, id }) => name || id),
    button: "Delete Networks",
    work: () => forEach(networks, ({ id }) => deleteNetwork(id)).finally(after),
    done: `Deleted ${plural(networks.length, "network")}.`,
  });
}
