// Power: on, off, reboot, pause, suspend.

import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import { GuestOperationFailed, type GuestRef, type GuestSpec, type PowerState } from "../driver.ts";
import { forceOff } from "./define.ts";
import type { LibvirtHost } from "./host.ts";
import { startAnew } from "./spawn.ts";

/** How often the guest is asked while it is waited for: one that still boots does not hear it (nova's retry interval). */
const ASK_AGAIN_MS = 10_000;

export function powerOn(host: LibvirtHost, spec: GuestSpec): Promise<void> {
  return host.doing("power on", spec, async (connection) => {
    const dom = await host.findOrNull(connection, spec);
    if (dom && (await stateOf(connection, dom)) === "running") return;
    await startAnew(host, connection, spec);
  });
}

export function powerOff(host: LibvirtHost, guest: GuestRef, timeoutSeconds: number): Promise<void> {
  return host.doing("power off", guest, async (connection) => {
    const dom = await host.findOrOff(connection, guest);
    if (dom) await turnOff(host, connection, dom, timeoutSeconds);
  });
}

/** Asks first when there is time, then takes its power. Saved memory is dropped. */
export async function turnOff(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  timeoutSeconds: number,
): Promise<void> {
  const state = await stateOf(connection, dom);
  if (state === "suspended") await connection.domainManagedSaveRemove(dom);
  // Paused, it could not hear the question.
  if (state === "running" && timeoutSeconds > 0) await shutDown(host, connection, dom, timeoutSeconds);
  await forceOff(host, connection, dom);
}

/** Whether the guest has shut itself down in time. */
async function shutDown(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  timeoutSeconds: number,
): Promise<boolean> {
  using stopped = host.waiters.expect(
    (event) =>
      event.kind === "lifecycle" &&
      event.dom.uuid === dom.uuid &&
      (event.event === c.VIR_DOMAIN_EVENT_STOPPED || event.event === c.VIR_DOMAIN_EVENT_CRASHED),
  );
  for (let left = timeoutSeconds * 1000; left > 0; left -= ASK_AGAIN_MS) {
    try {
      await connection.domainShutdownFlags(dom);
    } catch (error) {
      if (!isLibvirtError(error)) throw error;
      if (!(await connection.domainIsActive(dom))) return true;
      host.log.debug(null, `[instance: ${dom.uuid}] shutdown: ${error.message}`);
    }
    if (await stopped.within(Math.min(left, ASK_AGAIN_MS))) return true;
  }
  host.log.info(null, `[instance: ${dom.uuid}] Instance failed to shutdown in ${timeoutSeconds} seconds.`);
  return false;
}

export function reboot(
  host: LibvirtHost,
  spec: GuestSpec,
  kind: "soft" | "hard",
  timeoutSeconds: number,
): Promise<void> {
  return host.doing("reboot", spec, async (connection) => {
    const dom = kind === "soft" ? await host.findOrOff(connection, spec) : null;
    if (dom && (await stateOf(connection, dom)) === "running") {
      if (await shutDown(host, connection, dom, timeoutSeconds)) {
        await connection.domainCreateWithFlags(dom);
        host.log.info(null, `[instance: ${spec.uuid}] Instance soft rebooted successfully.`);
        return;
      }
      host.log.warning(null, `[instance: ${spec.uuid}] Failed to soft reboot instance. Trying hard reboot.`);
    }
    await startAnew(host, connection, spec);
  });
}

export function pause(host: LibvirtHost, guest: GuestRef): Promise<void> {
  return host.doing("pause", guest, async (connection) => {
    const found = await inState(host, connection, guest, "pause", ["running", "paused"]);
    if (found.state === "running") await connection.domainSuspend(found.dom);
  });
}

export function unpause(host: LibvirtHost, guest: GuestRef): Promise<void> {
  return host.doing("unpause", guest, async (connection) => {
    const found = await inState(host, connection, guest, "unpause", ["paused", "running"]);
    if (found.state === "paused") await connection.domainResume(found.dom);
  });
}

/** libvirt's managed save. It takes as long as the disk needs, so it has a connection of its own. */
export function suspend(host: LibvirtHost, guest: GuestRef): Promise<void> {
  return host.doing("suspend", guest, async (connection) => {
    const found = await inState(host, connection, guest, "suspend", ["running", "paused", "suspended"]);
    if (found.state === "suspended") return;
    await host.session.separately((own) => own.domainManagedSave(found.dom, c.VIR_DOMAIN_SAVE_RUNNING));
  });
}

/** @throws GuestNotFound, GuestOperationFailed when it is in another state */
async function inState(
  host: LibvirtHost,
  connection: Connection,
  guest: GuestRef,
  what: string,
  states: readonly PowerState[],
): Promise<{ dom: Domain; state: PowerState }> {
  const dom = await host.findOrOff(connection, guest);
  const state = dom ? await stateOf(connection, dom) : "shutdown";
  if (!dom || !states.includes(state)) {
    throw new GuestOperationFailed(`Cannot ${what} ${guest.uuid}: it is ${state}`);
  }
  return { dom, state };
}

export function resume(host: LibvirtHost, spec: GuestSpec): Promise<void> {
  return host.doing("resume", spec, async (connection) => {
    const dom = await host.findOrNull(connection, spec);
    const state = dom && (await stateOf(connection, dom));
    if (state === "running") return;
    if (!dom || state !== "suspended") return startAnew(host, connection, spec);
    await connection.domainCreateWithFlags(dom);
    if ((await stateOf(connection, dom)) === "paused") await connection.domainResume(dom);
  });
}

/** nova/virt/libvirt/guest.py, LIBVIRT_POWER_STATE. */
const STATES: Readonly<Record<number, PowerState>> = {
  [c.VIR_DOMAIN_NOSTATE]: "nostate",
  [c.VIR_DOMAIN_RUNNING]: "running",
  [c.VIR_DOMAIN_BLOCKED]: "running",
  [c.VIR_DOMAIN_PAUSED]: "paused",
  [c.VIR_DOMAIN_SHUTDOWN]: "shutdown",
  [c.VIR_DOMAIN_SHUTOFF]: "shutdown",
  [c.VIR_DOMAIN_CRASHED]: "crashed",
  [c.VIR_DOMAIN_PMSUSPENDED]: "suspended",
};

export function powerState(state: number, saved: boolean): PowerState {
  const found = STATES[state] ?? "nostate";
  return saved && found === "shutdown" ? "suspended" : found;
}

export async function stateOf(connection: Connection, dom: Domain): Promise<PowerState> {
  const { state } = await connection.domainGetState(dom);
  if (state !== c.VIR_DOMAIN_SHUTOFF) return powerState(state, false);
  return powerState(state, await connection.domainHasManagedSaveImage(dom));
}
