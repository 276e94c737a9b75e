// Does KVM work here? libvirt saying so is not enough: /dev/kvm can be there and a guest with it stands still at its first
// instructions, or is slower than emulation, or does not know the CPU it is given. So a guest without disks is started, with the
// CPU guests will have; its firmware finds nothing to boot and resets the machine, which shows that it has really run.
// Emulated, that takes 70 ms.

import type { Clock } from "../../../core/clock.ts";
import { messageOf } from "../../../core/errors.ts";
import type { Connection } from "../../../libvirt/connection.ts";
import * as c from "../../../libvirt/constants.gen.ts";
import { isLibvirtError } from "../../../libvirt/errors.ts";
import { el, type XmlElement, xmlText } from "./xml/element.ts";

export interface Trial {
  works: boolean;
  reason: string;
}

/** KVM that needs longer for what emulation does in 70 ms is of no use. */
const PATIENCE_MS = 3000;

/** On a connection of its own: with it the guest goes, should this process end meanwhile. */
export async function tryVirtType(
  connection: Connection,
  clock: Clock,
  virtType: "kvm" | "qemu",
  options: { dac: boolean; cpu: XmlElement },
): Promise<Trial> {
  const events = await connection.connectDomainEventRegisterAny(["lifecycle"]);
  const name = `stack-trial-${process.pid}-${Math.random().toString(36).slice(2, 10)}`;
  const abort = new AbortController();
  try {
    const domain = await connection.domainCreateXML(
      trialXml(name, virtType, options),
      c.VIR_DOMAIN_START_AUTODESTROY,
    );
    const verdict = (async (): Promise<Trial> => {
      for await (const { dom, event, detail } of events) {
        if (dom.uuid !== domain.uuid) continue;
        if (event === c.VIR_DOMAIN_EVENT_SHUTDOWN && detail === c.VIR_DOMAIN_EVENT_SHUTDOWN_GUEST) {
          return { works: true, reason: "a trial guest ran" };
        }
        if (event === c.VIR_DOMAIN_EVENT_SUSPENDED)
          return { works: false, reason: "a trial guest was halted" };
        if (event === c.VIR_DOMAIN_EVENT_STOPPED) return { works: false, reason: "a trial guest crashed" };
      }
      return { works: false, reason: "the connection ended" };
    })();
    const late = clock.sleep(PATIENCE_MS, abort.signal).then(
      (): Trial => ({ works: false, reason: "a trial guest stood still" }),
      (): Trial => ({ works: false, reason: "given up" }),
    );
    const trial = await Promise.race([verdict, late]);
    await connection.domainDestroyFlags(domain).catch((error) => {
      // It has ended by itself, as it should.
      if (!isLibvirtError(error)) throw error;
    });
    return trial;
  } catch (error) {
    if (!isLibvirtError(error)) throw error;
    return { works: false, reason: messageOf(error) };
  } finally {
    abort.abort();
    await events.close();
  }
}

function trialXml(name: string, virtType: string, { dac, cpu }: { dac: boolean; cpu: XmlElement }): string {
  return xmlText(
    el(
      "domain",
      { type: virtType },
      el("name", {}, name),
      el("memory", { unit: "MiB" }, 16),
      el("vcpu", {}, 1),
      el("os", {}, el("type", { arch: "x86_64", machine: "pc" }, "hvm"), el("bios", { rebootTimeout: 0 })),
      el("features", {}, el("acpi")),
      cpu,
      el("on_reboot", {}, "destroy"),
      el(
        "devices",
        {},
        el("controller", { type: "usb", model: "none" }),
        el("memballoon", { model: "none" }),
      ),
      dac && el("seclabel", { type: "none", model: "dac" }),
    ),
  );
}
