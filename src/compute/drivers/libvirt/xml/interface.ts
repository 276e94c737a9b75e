// `<interface>`: https://libvirt.org/formatdomain.html#bridge-to-lan

import { el, type XmlElement } from "./element.ts";

export interface InterfaceConfig {
  alias: string;
  macAddress: string;
  bridge: string;
  /** Of the host's end, which libvirt makes. */
  tapName: string;
  model: string;
  mtu: number;
  inbound?: Readonly<Record<string, number>>;
  outbound?: Readonly<Record<string, number>>;
}

export function interfaceElement(card: InterfaceConfig): XmlElement {
  const { inbound = {}, outbound = {} } = card;
  const limited = (limits: Readonly<Record<string, number>>) => Object.keys(limits).length > 0;
  return el(
    "interface",
    { type: "bridge" },
    el("mac", { address: card.macAddress }),
    el("source", { bridge: card.bridge }),
    el("target", { dev: card.tapName }),
    el("model", { type: card.model }),
    card.mtu > 0 && el("mtu", { size: card.mtu }),
    (limited(inbound) || limited(outbound)) &&
      el(
        "bandwidth",
        {},
        limited(inbound) && el("inbound", { average: 0, ...inbound }),
        limited(outbound) && el("outbound", { average: 0, ...outbound }),
      ),
    el("alias", { name: card.alias }),
  );
}
