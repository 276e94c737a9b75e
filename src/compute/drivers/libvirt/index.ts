// The libvirt driver: QEMU guests, with KVM where it works, on this machine and on others.

import { messageOf } from "../../../core/errors.ts";
import { connect } from "../../../libvirt/connection.ts";
import type { ComputeDriver, DriverContext, DriverHost, DriverModule } from "../driver.ts";
import { cleanup } from "./cleanup.ts";
import { libvirtSection } from "./config.ts";
import { LibvirtDriver } from "./driver.ts";
import { keptVirtType, versionIfKnown } from "./facts.ts";
import { libvirtHosts } from "./hosts.ts";

/** How long the start of the cloud waits for a daemon that does not answer. */
const PROBE_MS = 3000;

export const driverModule: DriverModule = {
  name: "libvirt",

  async probe(context) {
    let hosts: DriverHost[];
    try {
      hosts = libvirtHosts(context.config(libvirtSection), context.machine.hostName);
    } catch (error) {
      return { usable: false, reason: messageOf(error) };
    }
    const answers = await Promise.all(hosts.map((host) => probeHost(context, host)));
    return {
      usable: answers.some(({ usable }) => usable),
      reason: answers.map(({ reason }) => reason).join("; "),
    };
  },

  hosts(context) {
    return libvirtHosts(context.config(libvirtSection), context.machine.hostName);
  },

  create(context: DriverContext, host: DriverHost): ComputeDriver {
    return new LibvirtDriver(context, host);
  },

  cleanup(context) {
    return cleanup(context, libvirtHosts(context.config(libvirtSection), context.machine.hostName));
  },
};

async function probeHost(context: DriverContext, { name, address }: DriverHost) {
  try {
    const connection = await connect(address, { connectTimeoutMs: PROBE_MS, callTimeoutMs: PROBE_MS });
    try {
      const type = await connection.connectGetType();
      if (type !== "QEMU") return { usable: false, reason: `${address} is ${type}, not QEMU` };
      const version = await versionIfKnown(connection);
      const acceleration = await keptVirtType(context.stateDir, name, context.config(libvirtSection));
      return {
        usable: true,
        reason: `${address} answers, QEMU${version === null ? "" : ` ${dotted(version)}`}, ${acceleration}`,
      };
    } finally {
      await connection.close();
    }
  } catch (error) {
    return { usable: false, reason: `${address}: ${messageOf(error)}` };
  }
}

/** 7002000 is 7.2.0. */
function dotted(version: number): string {
  return [Math.floor(version / 1_000_000), Math.floor(version / 1000) % 1000, version % 1000].join(".");
}
