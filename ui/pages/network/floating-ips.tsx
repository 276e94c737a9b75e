// Floating IPs: taken from a pool, given to an instance's port, given back.

import {
  allocateFloatingIp,
  associateFloatingIp,
  type FloatingIp,
  listFloatingIps,
  listNetworks,
  listPorts,
  releaseFloatingIp,
} from "../../api/network.ts";
import { listServers } from "../../api/servers.ts";
import { attempt } from "../../core/flash.ts";
import { plural } from "../../core/format.ts";
import { useResource } from "../../core/resource.ts";
import { href } from "../../core/router.ts";
import { projectId } from "../../core/session.ts";
import { Badge } from "../../parts/badge.tsx";
import { confirm, forEach } from "../../parts/confirm.tsx";
import { offering, openForm, textOf } from "../../parts/form.tsx";
import { Page } from "../../parts/page.tsx";
import { type Column, Table } from "../../parts/table.tsx";
import { useNames } from "../instances/list.tsx";

export function FloatingIpsPage() {
  const addresses = useResource(listFloatingIps, []);
  const pools = useNames(listNetworks, true);
  const servers = useNames((signal) => listServers(false, signal), true);
  const ports = useResource((signal) => listPorts({ project_id: projectId() }, signal), []);
  const reload = () => {
    addresses.reload();
    ports.reload();
  };
  const serverOf = ({ port_id }: FloatingIp) => {
    const id = ports.data?.find((port) => port.id === port_id)?.device_id;
    return id ? { id, name: servers.get(id) ?? id } : null;
  };
  const poolOf = (one: FloatingIp) => pools.get(one.floating_network_id) ?? one.floating_network_id;
  const columns: Column<FloatingIp>[] = [
    {
      title: "IP Address",
      value: (one) => one.floating_ip_address,
      draw: (one) => <code>{one.floating_ip_address}</code>,
    },
    {
      title: "Instance",
      value: (one) => serverOf(one)?.name ?? "",
      draw: (one) => {
        const server = serverOf(one);
        return server ? <a href={href(`/project/instances/${server.id}`)}>{server.name}</a> : "-";
      },
    },
    {
      title: "Mapped Fixed IP",
      value: (one) => one.fixed_ip_address ?? "",
      draw: (one) => (one.fixed_ip_address ? <code>{one.fixed_ip_address}</code> : "-"),
    },
    { title: "Pool", value: poolOf, draw: poolOf },
    {
      title: "Status",
      value: ({ status }) => status,
      // Down is what an address is called that leads nowhere yet.
      draw: ({ status, port_id }) => <Badge state={status} tone={port_id === null ? "off" : undefined} />,
    },
  ];
  return (
    <Page title="Floating IPs">
      <Table
        label="Floating IPs"
        rows={{ ...addresses, error: addresses.error ?? ports.error, reload }}
        rowId={({ id }) => id}
        rowName={(one) => one.floating_ip_address}
        columns={columns}
        actions={(one) => [
          one.port_id === null
            ? { label: "Associate", run: () => void associate(one, reload) }
            : {
                label: "Disassociate",
                run: () =>
                  void attempt(() => associateFloatingIp(one.id, null), "The address is free again.").then(
                    reload,
                  ),
              },
          { label: "Release Floating IP", danger: true, run: () => release([one], reload) },
        ]}
        bulk={{
          label: "Release Floating IPs",
          danger: true,
          run: release,
        }}
        toolbar={
          <button type="button" class="button primary" onClick={() => void allocate(reload)}>
            Allocate IP To Project
          </button>
        }
        empty="This project has no floating IPs yet."
      />
    </Page>
  );
}

async function allocate(after: () => void): Promise<void> {
  await offering(listNetworks(), (networks) =>
    openForm({
      title: "Allocate Floating IP",
      button: "Allocate IP",
      fields: [
        {
          name: "pool",
          label: "Pool",
          kind: "select",
          required: true,
          options: networks
            .filter((network) => network["router:external"])
            .map(({ id, name }) => ({ value: id, label: name || id })),
        },
      ],
      submit: (values) => allocateFloatingIp(textOf(values, "pool")).then(after),
      done: "An address was allocated.",
    }),
  );
}

async function associate(one: FloatingIp, after: () => void): Promise<void> {
  const wanted = Promise.all([listPorts({ project_id: projectId() }), listServers(false)]);
  await offering(wanted, ([ports, servers]) => {
    const names = new Map(servers.map(({ id, name }) => [id, name]));
    openForm({
      title: `Associate ${one.floating_ip_address}`,
      button: "Associate",
      fields: [
        {
          name: "port",
          label: "Port to be associated",
          kind: "select",
          required: true,
          options: ports
            .filter(({ device_id }) => names.has(device_id))
            .map((port) => ({
              value: port.id,
              label: `${names.get(port.device_id)}: ${port.fixed_ips.map((ip) => ip.ip_address).join(", ")}`,
            }))
            .sort((a, b) => a.label.localeCompare(b.label)),
        },
      ],
      submit: (values) => associateFloatingIp(one.id, textOf(values, "port")).then(after),
      done: "Associated.",
    });
  });
}

function release(addresses: FloatingIp[], after: () => void): void {
  confirm({
    title: `Release ${plural(addresses.length, "floating IP")}?`,
    text: "They go back to their pools.",
    names: addresses.map((one) => one.floating_ip_address),
    button: "Release Floating IPs",
    work: () => forEach(addresses, ({ id }) => releaseFloatingIp(id)).finally(after),
    done: `Released ${plural(addresses.length, "floating IP")}.`,
  });
}
