// What libvirt says of its host: https://libvirt.org/formatcaps.html and formatdomaincaps.html, read into plain values.

import { all, attribute, first, text, type XmlElement } from "./xml/element.ts";
import { parseXml } from "./xml/parse.ts";

export interface Capabilities {
  cpu: {
    arch: string;
    model: string;
    vendor: string;
    topology: { cells: number; sockets: number; cores: number; threads: number };
    features: string[];
  };
  /** The `<cpu>` element, as the baseline calls want it. */
  cpuXml: string;
  /** `["x86_64", "kvm", "hvm"]` */
  guests: [string, string, string][];
  /** QEMU can run as another user than libvirt's own: not so for a user's own daemon. */
  dac: boolean;
}

export function readCapabilities(xml: string): Capabilities {
  const capabilities = parseXml(xml);
  const cpu = first(capabilities, "host/cpu");
  const number = (name: string) => Number((cpu && attribute(cpu, "topology", name)) ?? 1);
  return {
    cpu: {
      arch: (cpu && text(cpu, "arch")) ?? "",
      model: (cpu && text(cpu, "model")) ?? "",
      vendor: (cpu && text(cpu, "vendor")) ?? "",
      topology: {
        cells: all(capabilities, "host/topology/cells/cell").length || 1,
        sockets: number("sockets"),
        cores: number("cores"),
        threads: number("threads"),
      },
      features: cpu ? featuresOf(cpu) : [],
    },
    cpuXml: xml.match(/<cpu>[\s\S]*?<\/cpu>/)?.[0] ?? "",
    guests: all(capabilities, "guest").flatMap((guest) =>
      all(guest, "arch/domain").map(({ attributes }): [string, string, string] => [
        attribute(guest, "arch", "name") ?? "",
        attributes["type"] ?? "",
        text(guest, "os_type") ?? "",
      ]),
    ),
    dac: all(capabilities, "host/secmodel").some((model) => text(model, "model") === "dac"),
  };
}

/** Names of the features a `<cpu>` lists, without those it disables. */
export function featuresOf(cpu: XmlElement): string[] {
  return all(cpu, "feature")
    .filter(({ attributes }) => !["disable", "forbid"].includes(attributes["policy"] ?? ""))
    .map(({ attributes }) => attributes["name"] ?? "");
}

export interface DomainCapabilities {
  diskBuses: string[];
  videoModels: string[];
}

export function readDomainCapabilities(xml: string): DomainCapabilities {
  const capabilities = parseXml(xml);
  const values = (path: string, name: string) =>
    all(capabilities, `${path}/enum`)
      .filter(({ attributes }) => attributes["name"] === name)
      .flatMap((found) => all(found, "value"))
      .map(({ children }) => children.join(""));
  return { diskBuses: values("devices/disk", "bus"), videoModels: values("devices/video", "modelType") };
}
