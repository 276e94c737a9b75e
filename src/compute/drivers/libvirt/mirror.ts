// QEMU's mirror: a disk of a running guest is copied to another place, and kept the same there until the mirror is ended.

import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import type { Domain } from "../../../libvirt/procedures.gen.ts";
import { GuestOperationFailed } from "../driver.ts";
import type { LibvirtHost } from "./host.ts";
import { type XmlElement, xmlText } from "./xml/element.ts";

/** A day; images are copied at hundreds of megabytes a second. */
const COPY_PATIENCE_MS = 86_400_000;

/**
 * Both are the same when it returns, and stay so until the caller ends the job.
 * @param target `vda`
 * @param destination `<disk>`
 * @param existing the destination is there already and is written over
 * @returns false when the guest stopped before; no job is left then
 * @throws GuestOperationFailed
 */
export async function startMirror(
  host: LibvirtHost,
  connection: Connection,
  dom: Domain,
  target: string,
  destination: XmlElement,
  existing = false,
): Promise<boolean> {
  await endJob(connection, dom, target);
  using done = host.waiters.expect(
    (event) =>
      event.dom.uuid === dom.uuid &&
      ((event.kind === "blockJob2" && event.dst === target) ||
        (event.kind === "lifecycle" && event.event === c.VIR_DOMAIN_EVENT_STOPPED)),
  );
  const flags = c.VIR_DOMAIN_BLOCK_COPY_TRANSIENT_JOB | (existing ? c.VIR_DOMAIN_BLOCK_COPY_REUSE_EXT : 0);
  await connection.domainBlockCopy(dom, target, xmlText(destination), [], flags);
  const event = await done.within(COPY_PATIENCE_MS);
  if (event?.kind === "lifecycle") return false;
  if (event?.kind === "blockJob2" && event.status === c.VIR_DOMAIN_BLOCK_JOB_READY) return true;
  await endJob(connection, dom, target);
  if (!(await connection.domainIsActive(dom))) return false;
  throw new GuestOperationFailed(`The copy of ${dom.name}'s disk ${event ? "failed" : "takes too long"}`);
}

/** A job that an interrupted copy has left; none is no error. */
export async function endJob(connection: Connection, dom: Domain, target: string): Promise<void> {
  try {
    if (await connection.domainGetBlockJobInfo(dom, target))
      await connection.domainBlockJobAbort(dom, target);
  } catch (error) {
    if (!isLibvirtError(error)) throw error;
  }
}
