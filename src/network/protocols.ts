// Names and numbers of the IP protocols that security group rules may have. Authority: neutron_lib/constants.py,
// IP_PROTOCOL_MAP (IANA's numbers), in its order, which error texts show.

export const IP_PROTOCOLS: Readonly<Record<string, number>> = {
  ah: 51,
  dccp: 33,
  egp: 8,
  esp: 50,
  gre: 47,
  hopopt: 0,
  icmp: 1,
  igmp: 2,
  ip: 0,
  ipip: 4,
  "ipv6-encap": 41,
  "ipv6-frag": 44,
  "ipv6-icmp": 58,
  icmpv6: 58,
  "ipv6-nonxt": 59,
  "ipv6-opts": 60,
  "ipv6-route": 43,
  ospf: 89,
  pgm: 113,
  rsvp: 46,
  sctp: 132,
  tcp: 6,
  udp: 17,
  udplite: 136,
  vrrp: 112,
};

/** Those with ports: dccp, sctp, tcp, udp, udplite (neutron/common/_constants.py). */
const WITH_PORTS = new Set([33, 132, 6, 17, 136]);
const ONLY_IPV6 = new Set([
  "ipv6-encap",
  "ipv6-frag",
  "ipv6-icmp",
  "icmpv6",
  "ipv6-nonxt",
  "ipv6-opts",
  "ipv6-route",
]);
const ONLY_IPV6_NUMBERS = new Set(["41", "44", "58", "59", "60", "43"]);

export function protocolNumber(protocol: string): number {
  return IP_PROTOCOLS[protocol] ?? Number(protocol);
}

export function hasPorts(protocol: string): boolean {
  return WITH_PORTS.has(protocolNumber(protocol));
}

export function isIcmp(protocol: string): boolean {
  const number = protocolNumber(protocol);
  return number === 1 || number === 58;
}

export function isIpv6Only(protocol: string): boolean {
  return ONLY_IPV6.has(protocol) || ONLY_IPV6_NUMBERS.has(protocol);
}
