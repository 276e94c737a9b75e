// Small resources of servers: diagnostics, topology, password. Authority:
// nova/api/openstack/compute/server_{diagnostics,topology,password}.py of Zed.

import type { Route } from "../../http/api.ts";
import { type Call, empty, json, type Reply } from "../../http/call.ts";
import type { Diagnostics } from "../drivers/driver.ts";
import { InstanceInvalidState, InstanceNotReady } from "../errors.ts";
import type { Nova } from "../nova.ts";
import { askHost } from "../servers/access.ts";
import { POWER_STATE_NUMBERS } from "../states.ts";
import { handlerAsks, targetServer } from "./target.ts";

const DIAGNOSTICS = "os_compute_api:os-server-diagnostics";
const TOPOLOGY = "compute:server:topology:index";
const TOPOLOGY_HOST = "compute:server:topology:host:index";
const SHOW_PASSWORD = "os_compute_api:os-server-password:show";
const CLEAR_PASSWORD = "os_compute_api:os-server-password:clear";

/** nova/api/metadata/password.py: long passwords lie in four pieces. */
const PASSWORD_PIECES = ["password_0", "password_1", "password_2", "password_3"];

export function serverExtraRoutes(nova: Nova): Route[] {
  async function diagnostics(call: Call): Promise<Reply> {
    const instance = targetServer(nova, call, DIAGNOSTICS, "server_id");
    if (!instance.host) throw new InstanceNotReady(instance.uuid);
    if (instance.power_state !== POWER_STATE_NUMBERS.running) {
      const state = ["pending", "running", "", "paused", "shutdown", "", "crashed", "suspended"];
      throw new InstanceInvalidState(
        "get_diagnostics",
        instance.uuid,
        "power state",
        state[instance.power_state ?? 0] ?? null,
      );
    }
    const found = await askHost<Diagnostics>(nova, call.context, instance, "get_diagnostics");
    return json(200, call.minor >= 48 ? diagnosticsView(found) : oldDiagnosticsView(found));
  }

  function topology(call: Call): Reply {
    targetServer(nova, call, TOPOLOGY, "server_id");
    return json(200, { nodes: [], pagesize_kb: null });
  }

  function showPassword(call: Call): Reply {
    const instance = targetServer(nova, call, SHOW_PASSWORD, "server_id");
    const kept = nova.store.systemMetadataOf(instance.uuid);
    return json(200, { password: PASSWORD_PIECES.map((piece) => kept[piece] ?? "").join("") });
  }

  function clearPassword(call: Call): Reply {
    const instance = targetServer(nova, call, CLEAR_PASSWORD, "server_id");
    nova.store.mergeSystemMetadata(
      instance.uuid,
      Object.fromEntries(PASSWORD_PIECES.map((piece) => [piece, ""])),
    );
    return empty(204);
  }

  return [
    {
      method: "GET",
      path: "/servers/:server_id/diagnostics",
      handler: diagnostics,
      access: handlerAsks(DIAGNOSTICS),
    },
    {
      method: "GET",
      path: "/servers/:server_id/topology",
      handler: topology,
      since: 78,
      access: handlerAsks(TOPOLOGY, TOPOLOGY_HOST),
    },
    {
      method: "GET",
      path: "/servers/:server_id/os-server-password",
      handler: showPassword,
      access: handlerAsks(SHOW_PASSWORD),
    },
    {
      method: "DELETE",
      path: "/servers/:server_id/os-server-password",
      handler: clearPassword,
      access: handlerAsks(CLEAR_PASSWORD),
    },
  ];
}

function diagnosticsView(d: Diagnostics) {
  return {
    config_drive: d.configDrive,
    state: d.state === "nostate" ? "pending" : d.state,
    // The API's list of drivers has no simulated one.
    driver: "libvirt",
    hypervisor: d.hypervisor,
    hypervisor_os: d.hypervisorOs,
    uptime: d.uptime,
    num_cpus: d.cpus.length,
    num_disks: d.disks.length,
    num_nics: d.nics.length,
    memory_details: { maximum: d.memoryMaximumMb, used: d.memoryUsedMb },
    cpu_details: d.cpus.map(({ id, timeNs, utilisation }) => ({ id, time: timeNs, utilisation })),
    disk_details: d.disks.map((disk) => ({
      read_bytes: disk.readBytes,
      read_requests: disk.readRequests,
      write_bytes: disk.writeBytes,
      write_requests: disk.writeRequests,
      errors_count: disk.errors,
    })),
    nic_details: d.nics.map((nic) => ({
      mac_address: nic.macAddress,
      rx_octets: nic.rxOctets,
      rx_errors: nic.rxErrors,
      rx_drop: nic.rxDrop,
      rx_packets: nic.rxPackets,
      rx_rate: null,
      tx_octets: nic.txOctets,
      tx_errors: nic.txErrors,
      tx_drop: nic.txDrop,
      tx_packets: nic.txPackets,
      tx_rate: null,
    })),
  };
}

/** Before 2.48: the libvirt driver's flat form. */
function oldDiagnosticsView(d: Diagnostics): Record<string, number | null> {
  const view: Record<string, number | null> = {};
  for (const { id, timeNs } of d.cpus) view[`cpu${id}_time`] = timeNs;
  for (const disk of d.disks) {
    view[`${disk.device}_read_req`] = disk.readRequests;
    view[`${disk.device}_read`] = disk.readBytes;
    view[`${disk.device}_write_req`] = disk.writeRequests;
    view[`${disk.device}_write`] = disk.writeBytes;
    view[`${disk.device}_errors`] = disk.errors ?? -1;
  }
  for (const nic of d.nics) {
    view[`${nic.device}_rx`] = nic.rxOctets;
    view[`${nic.device}_rx_packets`] = nic.rxPackets;
    view[`${nic.device}_rx_errors`] = nic.rxErrors;
    view[`${nic.device}_rx_drop`] = nic.rxDrop;
    view[`${nic.device}_tx`] = nic.txOctets;
    view[`${nic.device}_tx_packets`] = nic.txPackets;
    view[`${nic.device}_tx_errors`] = nic.txErrors;
    view[`${nic.device}_tx_drop`] = nic.txDrop;
  }
  view["memory"] = d.memoryMaximumMb === null ? null : d.memoryMaximumMb * 1024;
  view["memory-actual"] = view["memory"];
  return view;
}
